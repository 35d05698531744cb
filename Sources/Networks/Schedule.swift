/// The stages of a step in the order in which they run, put together into chains.
///
/// Made twice: once over sites without memory, to learn when each value is needed, and once over the real ones.
struct Schedule {
  /// A stage and where it comes from.
  struct Entry {
    let node: Int
    let isBackward: Bool
    let stage: Stage
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
  init(_ nodes: [Node], _ parts: [Part], loss: [Stage], training: Bool, fusions: Set<Fusion>) {
    var forward = Chaining(fusions)
    for (i, part) in parts.enumerated() {
      for stage in part.forward { forward.add(Entry(node: i, isBackward: false, stage: stage)) }
    }
    for stage in loss {
      forward.add(Entry(node: nodes.count - 1, isBackward: false, stage: stage))
    }
    self.forward = forward.finished()
    backward = training ? Self.backward(nodes, parts, fusions) : []
  }

  /// From the last node to the first; sums over a gradient run as soon as it is complete, while it is in cache, so before their node's turn.
  private static func backward(_ nodes: [Node], _ parts: [Part], _ fusions: Set<Fusion>) -> [Moment]
  {
    var backward = Chaining(fusions)
    let readers = GradientPlan.readers(nodes)
    var done = Array(repeating: 0, count: nodes.count)
    for j in nodes.indices.reversed() {
      for stage in parts[j].backward.dropFirst(done[j]) {
        backward.add(Entry(node: j, isBackward: true, stage: stage))
      }
      for range in parts[j].ranges { backward.moments.append(.ready(range)) }
      guard fusions.contains(.gradientSums) else { continue }
      for input in Set(nodes[j].inputs).sorted(by: >) where readers[input].last?.node == j {
        let sums = parts[input].backward.prefix { $0.fusion == .gradientSums }
        for stage in sums { backward.add(Entry(node: input, isBackward: true, stage: stage)) }
        done[input] = sums.count
      }
    }
    return backward.finished()
  }

  /// Puts stages together as they come.
  private struct Chaining {
    var moments: [Moment] = []
    private var open: [Entry] = []
    private let fusions: Set<Fusion>

    init(_ fusions: Set<Fusion>) { self.fusions = fusions }

    mutating func add(_ entry: Entry) {
      switch entry.stage.work {
      case .items(_, let early, _):
        // What depends on parameters alone does not break a chain.
        if !early { close() }
        moments.append(.run([entry]))
      case .exchange:
        close()
        moments.append(.run([entry]))
      case .samples(let size, _):
        // Groups of two sizes would make one of them wait for more than is in cache.
        if !fusions.contains(entry.stage.fusion) || size != nil && hasSize { close() }
        open.append(entry)
      }
    }

    private var hasSize: Bool {
      open.contains { if case .samples(.some, _) = $0.stage.work { true } else { false } }
    }

    private mutating func close() {
      if !open.isEmpty { moments.append(.run(open)) }
      open = []
    }

    func finished() -> [Moment] { open.isEmpty ? moments : moments + [.run(open)] }
  }
}
