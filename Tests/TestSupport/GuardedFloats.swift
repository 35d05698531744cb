/// Memory for a kernel under test, between two fences, every float a signalling NaN at first.
///
/// Whoever reads a float that nobody wrote computes NaN, and whoever writes to a fence is found
/// out: even adding to one makes its NaN quiet.
public final class GuardedFloats {
  /// The first float, `offset` floats behind the start of a cache line.
  public let base: UnsafeMutablePointer<Float>
  private let memory: UnsafeMutablePointer<Float>
  private let count: Int
  private let offset: Int

  private static let fence = 64
  private static let pattern: UInt32 = 0x7FA1_2345

  /// Room for `count` floats.
  public init(count: Int, offset: Int = 0) {
    (self.count, self.offset) = (count, offset)
    let size = offset + count + 2 * Self.fence
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * size, alignment: 64)
    raw.initializeMemory(as: UInt32.self, repeating: Self.pattern, count: size)
    memory = raw.bindMemory(to: Float.self, capacity: size)
    base = memory + Self.fence + offset
  }

  /// Room for a copy of `values`.
  public convenience init(_ values: [Float], offset: Int = 0) {
    self.init(count: values.count, offset: offset)
    base.update(from: values, count: values.count)
  }

  deinit { memory.deallocate() }

  /// Whether nothing before or behind the floats was written.
  public var isIntact: Bool {
    let words = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt32.self)
    let (start, end) = (Self.fence + offset, Self.fence + offset + count)
    return (0..<start).allSatisfy { words[$0] == Self.pattern }
      && (end..<end + Self.fence).allSatisfy { words[$0] == Self.pattern }
  }

  /// A copy of the floats.
  public var values: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
