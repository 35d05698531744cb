/// Which samples of the current global batch this rank's lanes hold.
///
/// A global batch of b samples is cut into L lanes; this rank holds the contiguous lanes `held`. `begin(samples:)` says how long the next
/// batch is (the last of an epoch is shorter: lanes 0 ..< min(L, b) are present). Nothing is allocated after init.
/// "Local" numbers count this rank's samples from 0, in order.
public final class BatchLayout {
  /// L, the lanes of the plan.
  public let lanes: Int
  /// The lanes on this rank.
  public let held: Range<Int>
  /// Samples of a full global batch.
  public let fullBatch: Int
  /// The tree over all lanes.
  public let tree: CanonicalTree
  /// The maximal nodes of the tree that `held` makes up: one partial gradient each.
  public let nodes: [Range<Int>]

  /// Samples of the current global batch.
  public private(set) var batch = 0
  /// Lanes that have samples: the first `present` ones.
  public private(set) var present = 0
  /// The first sample of this rank in the global batch.
  public private(set) var firstSample = 0
  /// Samples on this rank.
  public private(set) var localSamples = 0
  /// Local lanes that have samples (they come first).
  public private(set) var localPresent = 0
  /// Where each local lane starts among the local samples; one more entry closes the last.
  public private(set) var starts: [Int]
  /// Chunks of up to `chunkSize` samples of one lane, in order: the unit of sums inside a lane.
  public private(set) var chunks: [Range<Int>] = []
  /// Where each local lane's chunks start in `chunks`; one more entry closes the last.
  public private(set) var chunkStarts: [Int]

  /// Groups of up to 1, 2, 4 and 8 samples.
  private let groupLists: [SampleGroups]

  /// Samples of a chunk, the same for every plan and machine.
  public static let chunkSize = 8

  /// The layout of `held` out of `lanes` lanes for batches of up to `fullBatch` samples; begins with a full batch.
  public init(lanes: Int, held: Range<Int>, fullBatch: Int) {
    precondition(held.lowerBound >= 0 && held.upperBound <= lanes, "lanes \(held) of \(lanes)")
    self.lanes = lanes
    self.held = held
    self.fullBatch = fullBatch
    tree = CanonicalTree(leaves: lanes)
    nodes = tree.nodes(covering: held)
    starts = Array(repeating: 0, count: held.count + 1)
    chunkStarts = Array(repeating: 0, count: held.count + 1)
    // Every lane and every chunk may end in a shorter group.
    groupLists = (0...Self.chunkSize.trailingZeroBitCount).map { power in
      let largest = (fullBatch + lanes - 1) / lanes * held.count
      return SampleGroups(
        size: 1 << power,
        capacity: largest >> power + 2 * held.count + largest / Self.chunkSize
      )
    }
    begin(samples: fullBatch)
    chunks.reserveCapacity(2 * chunks.count + held.count)
  }

  /// Groups of up to `size` consecutive samples that lie in one chunk, in order; `size` is 1, 2, 4 or 8.
  public func groups(of size: Int) -> SampleGroups { groupLists[size.trailingZeroBitCount] }

  /// The most samples this rank ever holds.
  public var capacity: Int {
    held.isEmpty
      ? 0
      : share(held.upperBound - 1, of: lanes, total: fullBatch).upperBound
        - share(held.lowerBound, of: lanes, total: fullBatch).lowerBound
  }

  /// The most chunks this rank ever has.
  public var chunkCapacity: Int {
    held.reduce(0) {
      $0 + (share($1, of: lanes, total: fullBatch).count + Self.chunkSize - 1) / Self.chunkSize
    }
  }

  /// Samples of a global lane in the current batch.
  public func samples(inLane lane: Int) -> Int { share(lane, of: lanes, total: batch).count }

  /// Takes up a batch of `samples` samples.
  public func begin(samples: Int) {
    precondition(samples > 0 && samples <= fullBatch, "a batch of \(samples) out of \(fullBatch)")
    batch = samples
    present = min(lanes, samples)
    firstSample = held.isEmpty ? 0 : share(held.lowerBound, of: lanes, total: samples).lowerBound
    localPresent = max(0, min(present, held.upperBound) - held.lowerBound)
    chunks.removeAll(keepingCapacity: true)
    var end = 0
    for (i, lane) in held.enumerated() {
      starts[i] = end
      chunkStarts[i] = chunks.count
      let laneEnd = end + share(lane, of: lanes, total: samples).count
      while end < laneEnd {
        let chunk = end..<min(end + Self.chunkSize, laneEnd)
        chunks.append(chunk)
        end = chunk.upperBound
      }
    }
    starts[held.count] = end
    chunkStarts[held.count] = chunks.count
    localSamples = end
    for groups in groupLists { groups.cut(chunks) }
  }

  /// The chunk that holds a local sample.
  public func chunk(ofSample sample: Int) -> Int {
    let lane = lane(ofSample: sample)
    return chunkStarts[lane] + (sample - starts[lane]) / Self.chunkSize
  }

  /// The local lane that holds a local sample.
  public func lane(ofSample sample: Int) -> Int {
    var lane = 0
    while starts[lane + 1] <= sample { lane += 1 }
    return lane
  }
}
