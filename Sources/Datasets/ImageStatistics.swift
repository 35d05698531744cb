import Synchronization
import Tensors

/// Sums over the values of images, place by place, from which constants of normalisation follow.
///
/// They are whole numbers, so they are the same in whatever order images are added.
public struct ImageStatistics: Sendable {
  /// The shape of every image.
  public let shape: ImageShape
  /// The number of images.
  public private(set) var count = 0
  /// The sum of each value, height × width × channels, on the 0…255 scale.
  public private(set) var sums: [UInt64]
  /// The sum of the squares of each channel's values.
  public private(set) var squares: [UInt64]

  /// Images that are added up by one thread at a time.
  private static let block = 256

  /// No images of a shape yet.
  public init(_ shape: ImageShape) {
    self.shape = shape
    sums = Array(repeating: 0, count: shape.count)
    squares = Array(repeating: 0, count: shape.channels)
  }

  /// The sums over some images of a dataset.
  ///
  /// Throws the `.data` failure of the first image that cannot be read.
  public init(
    _ images: any ImageDataset,
    _ range: Range<Int>,
    _ team: ThreadTeam
  ) throws(Failure) {
    let shape = images.shape
    let total = Mutex(ImageStatistics(shape))
    let unreadable = Mutex<(block: Int, failure: Failure)?>(nil)
    let blocks = (range.count + Self.block - 1) / Self.block
    team.run(blocks) { block, _ in
      let first = range.lowerBound + block * Self.block
      var own = ImageStatistics(shape)
      do throws(Failure) {
        try own.add(images, first..<min(first + Self.block, range.upperBound))
      } catch {
        unreadable.withLock { if $0.map({ block < $0.block }) ?? true { $0 = (block, error) } }
      }
      total.withLock { $0.add(own.numbers) }
    }
    if let failure = unreadable.withLock({ $0?.failure }) { throw failure }
    self = total.withLock { $0 }
  }

  /// All of it as numbers, which `add` takes.
  public var numbers: [UInt64] { [UInt64(count)] + sums + squares }

  /// Adds the `numbers` of other images of the same shape.
  public mutating func add(_ numbers: [UInt64]) {
    precondition(numbers.count == 1 + sums.count + squares.count, "sums of another shape")
    count += Int(numbers[0])
    for i in sums.indices { sums[i] += numbers[1 + i] }
    for i in squares.indices { squares[i] += numbers[1 + sums.count + i] }
  }

  private mutating func add(_ images: any ImageDataset, _ range: Range<Int>) throws(Failure) {
    let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: shape.count)
    defer { pixels.deallocate() }
    for index in range {
      try images.readPixels(index, into: pixels)
      for channel in 0..<shape.channels {
        var square: UInt64 = 0
        for i in stride(from: channel, to: shape.count, by: shape.channels) {
          let value = UInt64(pixels[i])
          sums[i] += value
          square += value * value
        }
        squares[channel] += square
      }
    }
    count += range.count
  }

  /// Mean and population deviation of each channel, in Float64 and then rounded.
  ///
  /// Throws a `.data` failure for a channel whose values are all the same, which has none.
  public func computed() throws(Failure) -> Normalization {
    var (means, deviations) = ([Float](), [Float]())
    for channel in 0..<shape.channels {
      let n = Double(count * shape.pixels)
      let mean = Double(channelSum(channel)) / n
      let variance = Double(squares[channel]) / n - mean * mean
      guard variance > 1e-9 else {
        throw Failure(
          .data,
          "--normalize computed: channel \(channel) of the training images is "
            + "\(Int(mean.rounded())) everywhere, so it has no deviation to divide by"
        )
      }
      means.append(Float(mean))
      deviations.append(Float(variance.squareRoot()))
    }
    return Normalization(mean: means, deviation: deviations)
  }

  /// The mean of each value, in Float64 and then rounded, and 255 as deviation.
  public func meanImage() -> Normalization {
    let means = (0..<shape.channels).map {
      Float(Double(channelSum($0)) / Double(count * shape.pixels))
    }
    return Normalization(
      mean: means,
      deviation: Array(repeating: 255, count: shape.channels),
      image: sums.map { Float(Double($0) / Double(count)) }
    )
  }

  private func channelSum(_ channel: Int) -> UInt64 {
    stride(from: channel, to: shape.count, by: shape.channels).reduce(0) { $0 + sums[$1] }
  }
}
