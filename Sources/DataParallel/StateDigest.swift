import Collectives
import Tensors

/// A hash of all that a step changes, the same wherever its elements lie: parameters, the rule's
/// state and numbers, moving average, running statistics.
///
/// With h = XXH64(bytes, seed), a granule is h over its elements of each array in turn, the hash
/// before being the seed: parameters, state arrays, average. A node of the canonical tree over
/// granule numbers is h over its two children. What every rank has alike is h over the running
/// statistics among parameters and average and over the rule's four numbers; the digest is h over
/// the tree and that. Gaps of the layout are left out, for a checkpoint does not have them. A rank
/// hashes the nodes of its slices; `StepTotals` brings them together.
public final class StateDigest {
  /// An array of all or of this rank's elements.
  private struct Array {
    let base: UnsafeMutablePointer<Float>
    /// Whether it lies as the shard does, not as the layout.
    let isState: Bool
  }

  /// A few granules of a slice: what a thread hashes at a time.
  private struct Item {
    let granules: Range<Int>
    /// The place of the first in `hashes`, and the first run of elements that it has a part of.
    let place: Int
    let run: Int
    /// What is added to an element's number to find its state.
    let offset: Int
  }

  /// The hashes of this rank's nodes, as `take` found them, in the order of slices and granules.
  public private(set) var nodes: [UInt64]
  /// The hash of what every rank has alike, as `take` found it.
  public private(set) var shared: UInt64 = 0

  private let optimizer: ShardedOptimizer
  private let team: ThreadTeam
  private let elements: Int
  /// The elements between the layout's gaps.
  private let runs: [Range<Int>]
  private let statistics: [Range<Int>]
  private let arrays: [Array]
  private let items: [Item]
  private let nodeSizes: [Int]
  private let hashes: UnsafeMutableBufferPointer<UInt64>
  private var hashItem: ThreadTeam.Body = { _, _ in }

  /// Granules of an item.
  private static let block = 16

  /// The digest of what `optimizer` and the other ranks' update, by the slices of `plan`.
  public init(
    _ optimizer: ShardedOptimizer,
    _ layout: ParameterLayout,
    plan: ReductionPlan,
    team: ThreadTeam
  ) {
    (self.optimizer, self.team, elements) = (optimizer, team, plan.elements)
    let trained = Self.runs(layout.entries.filter { $0.role != .statistic })
    (runs, statistics) = (trained, Self.runs(layout.entries.filter { $0.role == .statistic }))
    arrays =
      [Array(base: optimizer.parameters.base, isState: false)]
      + optimizer.state.map { Array(base: $0.base, isState: true) }
      + (optimizer.average.map { [Array(base: $0.values.base, isState: false)] } ?? [])
    let tree = CanonicalTree(leaves: max(1, Granules.count(plan.elements)))
    var (items, sizes, place) = ([Item](), [Int](), 0)
    for slice in optimizer.owned where !slice.isEmpty {
      let granules = slice.lowerBound / Granules.size..<Granules.count(slice.upperBound)
      sizes += tree.nodes(covering: granules).map(\.count)
      for first in stride(from: granules.lowerBound, to: granules.upperBound, by: Self.block) {
        let some = first..<min(first + Self.block, granules.upperBound)
        items.append(
          Item(
            granules: some,
            place: place,
            run: trained.firstIndex { $0.upperBound > first * Granules.size } ?? trained.count,
            offset: optimizer.shard.offset(of: slice.lowerBound)
          )
        )
        place += some.count
      }
    }
    (self.items, nodeSizes) = (items, sizes)
    nodes = sizes.map { _ in 0 }
    hashes = .allocate(capacity: place)
    hashes.initialize(repeating: 0)
    hashItem = { [unowned self] item, _ in hash(items[item]) }
  }

  deinit { hashes.deallocate() }

  /// The hash of a node from those of its children, whose order counts.
  public static func node(_ left: UInt64, _ right: UInt64) -> UInt64 {
    XXH64.hash(of: SIMD2(left, right))
  }

  /// Hashes what this rank owns, as it is, on all threads; allocates nothing.
  public func take() {
    team.run(items.count, hashItem)
    var first = 0
    for (node, size) in nodeSizes.enumerated() {
      nodes[node] = fold(first, size)
      first += size
    }
    var hash: UInt64 = 0
    for array in arrays where !array.isState {
      for run in statistics {
        hash = XXH64.hash(array.base + run.lowerBound, count: run.count, seed: hash)
      }
    }
    shared = XXH64.hash(of: optimizer.memory, seed: hash)
  }

  /// The tensors' elements, without what lies between them.
  private static func runs(_ entries: [ParameterEntry]) -> [Range<Int>] {
    entries.map(\.range).reduce(into: []) { runs, range in
      if let last = runs.last, last.upperBound == range.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<range.upperBound
      } else {
        runs.append(range)
      }
    }
  }

  private func hash(_ item: Item) {
    var run = item.run
    for (number, granule) in item.granules.enumerated() {
      let range = Granules.elements(granule..<granule + 1, limit: elements)
      while run < runs.count && runs[run].upperBound <= range.lowerBound { run += 1 }
      var hash: UInt64 = 0
      for array in arrays {
        let base = array.base + (array.isState ? item.offset : 0)
        var next = run
        while next < runs.count && runs[next].lowerBound < range.upperBound {
          let part = runs[next].clamped(to: range)
          hash = XXH64.hash(base + part.lowerBound, count: part.count, seed: hash)
          next += 1
        }
      }
      hashes[item.place + number] = hash
    }
  }

  /// The hash of a node of `count` granules whose hashes begin at `first` and are used up.
  private func fold(_ first: Int, _ count: Int) -> UInt64 {
    var stride = 1
    while stride < count {
      var i = first
      while i + stride < first + count {
        hashes[i] = Self.node(hashes[i], hashes[i + stride])
        i += 2 * stride
      }
      stride *= 2
    }
    return hashes[first]
  }
}
