/// Which samples of the current global batch this rank's lanes hold.
///
/// A global batch of b samples is cut into L lanes; this rank holds the contiguous lanes `held`.
/// `begin(samples:)` says how long the next batch is (the last of an epoch is shorter: lanes 0 ..<
/// min(L, b) are present). Nothing is allocated after init. The rank takes its lanes in one round
/// or several; `begin(round:)` goes on to the next. "Local" numbers count the samples of the round
/// from 0, in order.
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
  /// The rounds in which this rank takes its lanes; the first is the largest.
  public let rounds: [LaneRound]

  /// The round that is under way.
  public private(set) var round: LaneRound

  /// Samples of the current global batch.
  public private(set) var batch = 0
  /// Lanes that have samples: the first `present` ones.
  public private(set) var present = 0
  /// The first sample of the round in the global batch.
  public private(set) var firstSample = 0
  /// Samples of the round.
  public private(set) var localSamples = 0
  /// Where the samples of the round stand in the global batch.
  public var positions: Range<Int> { firstSample..<firstSample + localSamples }
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

  /// The layout of `held` out of `lanes` lanes for batches of up to `fullBatch` samples, in up to
  /// `rounds` rounds; begins with a full batch.
  public init(lanes: Int, held: Range<Int>, fullBatch: Int, rounds: Int = 1) {
    precondition(held.lowerBound >= 0 && held.upperBound <= lanes, "lanes \(held) of \(lanes)")
    self.lanes = lanes
    self.held = held
    self.fullBatch = fullBatch
    tree = CanonicalTree(leaves: lanes)
    nodes = tree.nodes(covering: held)
    self.rounds = LaneRound.rounds(rounds, of: held, in: tree)
    round = self.rounds[0]
    let most = round.lanes.count
    starts = Array(repeating: 0, count: most + 1)
    chunkStarts = Array(repeating: 0, count: most + 1)
    // Every lane and every chunk may end in a shorter group.
    groupLists = (0...Self.chunkSize.trailingZeroBitCount).map { power in
      let largest = (fullBatch + lanes - 1) / lanes * most
      return SampleGroups(
        size: 1 << power,
        capacity: largest >> power + 2 * most + largest / Self.chunkSize
      )
    }
    begin(samples: fullBatch)
    chunks.reserveCapacity(2 * chunks.count + most)
  }

  /// Groups of up to `size` consecutive samples that lie in one chunk, in order; `size` is 1, 2, 4
  /// or 8.
  public func groups(of size: Int) -> SampleGroups { groupLists[size.trailingZeroBitCount] }

  /// Whether the round under way is the last of the batch.
  public var isLastRound: Bool { round.lanes.upperBound == held.upperBound }

  /// The first lane of the round among those of this rank.
  public var firstLane: Int { round.lanes.lowerBound - held.lowerBound }

  /// The most lanes of a round.
  public var laneCapacity: Int { rounds[0].lanes.count }

  /// The most samples this rank ever holds at a time.
  public var capacity: Int {
    rounds[0].lanes.reduce(0) { $0 + share($1, of: lanes, total: fullBatch).count }
  }

  /// The most chunks this rank ever has at a time.
  public var chunkCapacity: Int {
    rounds[0].lanes.reduce(0) {
      $0 + (share($1, of: lanes, total: fullBatch).count + Self.chunkSize - 1) / Self.chunkSize
    }
  }

  /// The most nodes that have a sum at a time: as many gradient buffers.
  public var nodeCapacity: Int { rounds.reduce(0) { max($0, $1.nodes.count) } }

  /// Samples of a global lane in the current batch.
  public func samples(inLane lane: Int) -> Int { share(lane, of: lanes, total: batch).count }

  /// Takes up the first round of a batch of `samples` samples.
  public func begin(samples: Int) {
    precondition(samples > 0 && samples <= fullBatch, "a batch of \(samples) out of \(fullBatch)")
    batch = samples
    present = min(lanes, samples)
    begin(round: 0)
  }

  /// Takes up a round of the current batch.
  public func begin(round number: Int) {
    round = rounds[number]
    let own = round.lanes
    firstSample = own.isEmpty ? 0 : share(own.lowerBound, of: lanes, total: batch).lowerBound
    localPresent = max(0, min(present, own.upperBound) - own.lowerBound)
    chunks.removeAll(keepingCapacity: true)
    var end = 0
    // A round may have a lane less than the first: it has no samples.
    for i in 0..<laneCapacity {
      starts[i] = end
      chunkStarts[i] = chunks.count
      let samples = i < own.count ? self.samples(inLane: own.lowerBound + i) : 0
      let laneEnd = end + samples
      while end < laneEnd {
        let chunk = end..<min(end + Self.chunkSize, laneEnd)
        chunks.append(chunk)
        end = chunk.upperBound
      }
    }
    starts[laneCapacity] = end
    chunkStarts[laneCapacity] = chunks.count
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
