import Tensors

/// The order in which an epoch visits the training images: a permutation drawn from seed and epoch.
///
/// It depends on nothing that happened before, so a resumed run needs only the epoch's number.
public final class EpochOrder {
  private let seed: UInt64
  private var order: [UInt32]
  private var epoch: Int?

  /// The order of `count` images; that of the dataset until `prepare` is called.
  public init(count: Int, seed: UInt64) {
    precondition(count >= 0 && count <= Int(UInt32.max), "\(count) images")
    self.seed = seed
    order = (0..<count).map(UInt32.init)
  }

  /// The number of images.
  public var count: Int { order.count }

  /// Draws the order of an epoch (Fisher and Yates, as in Durstenfeld 1964), unless it is there;
  /// allocates nothing.
  public func prepare(epoch: Int) {
    if epoch == self.epoch { return }
    self.epoch = epoch
    for position in order.indices { order[position] = UInt32(position) }
    var draws = RandomDraws(seed: seed, purpose: .shuffle, step: epoch)
    var remaining = order.count
    while remaining > 1 {
      order.swapAt(remaining - 1, draws.integer(below: remaining))
      remaining -= 1
    }
  }

  /// A hash of the images at some positions of the epoch, in order; `seed` goes into it.
  func hash(_ positions: Range<Int>, seed: UInt64) -> UInt64 {
    order.withUnsafeBytes {
      let size = MemoryLayout<UInt32>.stride
      let bytes = $0[size * positions.lowerBound..<size * positions.upperBound]
      return XXH64.hash(UnsafeRawBufferPointer(rebasing: bytes), seed: seed)
    }
  }

  /// The image that stands at a position of the epoch.
  public subscript(position: Int) -> Int { Int(order[position]) }
}
