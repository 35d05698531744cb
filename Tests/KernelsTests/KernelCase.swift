import Kernels
import Tensors
import TestSupport
import Testing

/// Random operands for a kernel: four fields of pixels × channels, five vectors of channels.
final class KernelInputs {
  let pixels: Int
  let channels: Int
  private let memory: FloatBuffer
  private let offset: Int

  /// The same values whatever the `offset` of every operand from a cache line, in floats.
  init(pixels: Int, channels: Int, offset: Int) {
    (self.pixels, self.channels, self.offset) = (pixels, channels, offset)
    memory = FloatBuffer(count: 16 + 4 * Self.stride(pixels * channels) + 5 * Self.stride(channels))
    var draws = RandomDraws(seed: 1, purpose: .syntheticImages, step: pixels * 1000 + channels)
    for i in 0..<4 { for j in 0..<count { field(i)[j] = Float(draws.normalPair().0) } }
    for i in 0..<5 { for j in 0..<channels { vector(i)[j] = Float(draws.normalPair().0) } }
  }

  private static func stride(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  var count: Int { pixels * channels }

  func field(_ index: Int) -> UnsafeMutablePointer<Float> {
    memory.base + offset + index * Self.stride(count)
  }

  func vector(_ index: Int) -> UnsafeMutablePointer<Float> {
    memory.base + offset + 4 * Self.stride(count) + index * Self.stride(channels)
  }

  /// A view of kind 0 to 3, by vectors 0 and 1.
  func view(_ kind: Int) -> ChannelView {
    ChannelView(kind: kind, scale: vector(0), shift: vector(1))
  }

  /// An element of a field, and one of a vector by the index of a field's element.
  func f(_ index: Int, _ i: Int) -> Double { Double(field(index)[i]) }
  func v(_ index: Int, _ i: Int) -> Double { Double(vector(index)[i % channels]) }
}

/// A kernel, called on inputs, and what it should give in Float64.
struct KernelCase: Sendable, CustomTestStringConvertible {
  let name: String
  let run: @Sendable (KernelSet, KernelInputs) -> [Double]
  let reference: @Sendable (KernelInputs) -> [Double]
  var testDescription: String { name }

  init(
    _ name: String,
    _ run: @escaping @Sendable (KernelSet, KernelInputs) -> [Double],
    _ reference: @escaping @Sendable (KernelInputs) -> [Double]
  ) {
    (self.name, self.run, self.reference) = (name, run, reference)
  }
}

/// What a kernel writes into `count` values, which begin as `initial` or as NaN.
///
/// Traps when it writes behind the end.
func written<T: BinaryFloatingPoint>(
  _ count: Int,
  from initial: UnsafePointer<T>? = nil,
  by body: (UnsafeMutablePointer<T>) -> Void
) -> [Double] {
  let memory = UnsafeMutablePointer<T>.allocate(capacity: count + 16)
  defer { memory.deallocate() }
  memory.initialize(repeating: .nan, count: count)
  (memory + count).initialize(repeating: 777, count: 16)
  if let initial { memory.update(from: initial, count: count) }
  body(memory)
  precondition((count..<count + 16).allSatisfy { memory[$0] == 777 }, "written behind the end")
  return (0..<count).map { Double(memory[$0]) }
}

/// Σ over pixels by channel of a term given by the index of an element.
func channelSum(_ x: KernelInputs, _ term: (Int) -> Double) -> [Double] {
  (0..<x.channels).map { c in
    stride(from: c, to: x.count, by: x.channels).reduce(0) { $0 + term($1) }
  }
}
