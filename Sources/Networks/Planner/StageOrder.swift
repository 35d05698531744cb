/// The stages of a step in the order in which they run, put together into chains.
///
/// Made twice: once over sites without memory, to learn when each value is needed, and once over
/// the real ones.
struct StageOrder {
  /// A stage and where it comes from.
  struct Entry {
    let node: Int
    let isBackward: Bool
    let stage: Stage

    /// A stage of `nodes[node]`.
    init(_ nodes: [Node], node: Int, isBackward: Bool, _ stage: Stage) {
      (self.node, self.isBackward) = (node, isBackward)
      var named = stage
      if named.layer.isEmpty { named.layer = nodes[node].name }
      self.stage = named
    }
  }

  /// What happens at one time.
  enum Moment {
    /// Stages that run as one.
    case run([Entry])
    /// The gradients of a tensor are final.
    case ready(Range<Int>)
  }

  /// What a node contributes.
  struct Part {
    var forward: [Stage] = []
    var backward: [Stage] = []
    /// The ranges of its parameters in the layout.
    var ranges: [Range<Int>] = []
  }

  /// Forward and loss.
  let forward: [Moment]
  /// Backward.
  let backward: [Moment]

  /// The schedule of all nodes; `loss` stands behind forward.
  ///
  /// `joinsPasses` lets a convolution's backward-weights and backward-data be one chain, whose
  /// items are chunks.
  init(
    _ nodes: [Node],
    _ parts: [Part],
    loss: [Stage],
    training: Bool,
    fusions: Set<Fusion>,
    joinsPasses: Bool
  ) {
    var forward = Chaining(fusions, joinsPasses)
    for (i, part) in parts.enumerated() {
      for stage in part.forward { forward.add(Entry(nodes, node: i, isBackward: false, stage)) }
    }
    for stage in loss {
      forward.add(Entry(nodes, node: nodes.count - 1, isBackward: false, stage))
    }
    self.forward = forward.finished()
    backward = training ? Self.backward(nodes, parts, Chaining(fusions, joinsPasses)) : []
  }

  /// For each chain of forward, the nodes of which it has the last stage.
  var finishedNodes: [[Int]] {
    let chains = forward.compactMap { moment -> [Int]? in
      if case .run(let entries) = moment { entries.map(\.node) } else { nil }
    }
    var seen = Set<Int>()
    return Array(
      chains.reversed().map { nodes in Set(nodes).filter { seen.insert($0).inserted }.sorted() }
        .reversed()
    )
  }

  /// From the last node to the first; sums over a gradient run as soon as it is complete, while it
  /// is in cache, so before their node's turn.
  private static func backward(_ nodes: [Node], _ parts: [Part], _ chaining: Chaining) -> [Moment] {
    var backward = chaining
    let readers = GradientPlan.readers(nodes)
    var done = Array(repeating: 0, count: nodes.count)
    for j in nodes.indices.reversed() {
      for stage in parts[j].backward.dropFirst(done[j]) {
        backward.add(Entry(nodes, node: j, isBackward: true, stage))
      }
      for range in parts[j].ranges { backward.isReady(range) }
      guard chaining.fusions.contains(.gradientSums) else { continue }
      for input in Set(nodes[j].inputs).sorted(by: >) where readers[input].last?.node == j {
        let sums = parts[input].backward.prefix { $0.fusion == .gradientSums }
        for stage in sums { backward.add(Entry(nodes, node: input, isBackward: true, stage)) }
        done[input] = sums.count
      }
    }
    return backward.finished()
  }

  /// Puts stages together as they come.
  private struct Chaining {
    let fusions: Set<Fusion>
    private let joinsPasses: Bool
    private var moments: [Moment] = []
    private var open: [Entry] = []
    /// What happens behind the open chain.
    private var late: [Moment] = []

    init(_ fusions: Set<Fusion>, _ joinsPasses: Bool) {
      (self.fusions, self.joinsPasses) = (fusions, joinsPasses)
    }

    mutating func add(_ entry: Entry) {
      switch entry.stage.work {
      case .items(_, .late, _) where joinsPasses:
        late.append(.run([entry]))
      case .items(_, let turn, _):
        // What depends on parameters alone does not break a chain.
        if turn != .early { close() }
        moments.append(.run([entry]))
      case .exchange:
        close()
        moments.append(.run([entry]))
      case .samples:
        if !fusions.contains(entry.stage.fusion) || !fits(entry) { close() }
        open.append(entry)
      }
    }

    /// The gradients of a tensor are final after all that was added.
    mutating func isReady(_ range: Range<Int>) {
      if late.isEmpty { moments.append(.ready(range)) } else { late.append(.ready(range)) }
    }

    /// Whether the open chain stays in cache with one more: groups of two sizes make one of them
    /// wait for more than its own, which pays where both passes of a convolution read the same.
    private func fits(_ entry: Entry) -> Bool {
      guard entry.stage.hasSize, let last = open.last(where: \.stage.hasSize) else { return true }
      return joinsPasses && last.node == entry.node && entry.isBackward
    }

    private mutating func close() {
      if !open.isEmpty { moments.append(.run(open)) }
      moments += late
      (open, late) = ([], [])
    }

    func finished() -> [Moment] {
      var all = self
      all.close()
      return all.moments
    }
  }
}

extension Stage {
  /// Whether it states how many samples it takes.
  fileprivate var hasSize: Bool {
    if case .samples(.some, _, _) = work { true } else { false }
  }
}
