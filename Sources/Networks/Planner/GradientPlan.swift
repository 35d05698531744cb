/// Who holds which gradient: most values have a buffer of their own; some share one, because their
/// gradients are the same or follow each other element by element.
///
/// Backward visits the nodes from last to first. A buffer that several nodes share must not be
/// changed before the last of the others has read it.
struct GradientPlan {
  /// For each node, the node whose buffer holds its gradient; nil where nobody needs it.
  private(set) var owner: [Int?]
  /// For each node, the reader and its input that scale its gradient, where they do.
  private(set) var scaledBy: [(node: Int, input: Int)?]
  /// For each node and input: whether backward writes that gradient, and whether it adds to what is
  /// there.
  private(set) var writes: [[Bool]]
  private(set) var accumulates: [[Bool]]

  /// The plan for all nodes; `shares` is false where every gradient is to be computed.
  init(_ nodes: [Node], shares: Bool) {
    let end = nodes.count
    owner = Array(repeating: nil, count: end)
    scaledBy = Array(repeating: nil, count: end)
    writes = nodes.map { $0.inputs.map { $0 != 0 } }
    accumulates = nodes.map { $0.inputs.map { _ in false } }
    // Buffers that only one node reads at a time, so that it may write over them.
    var isExclusive = Array(repeating: true, count: end)
    var written = Set<Int>()
    let readers = Self.readers(nodes)
    for i in (1..<end).reversed() {
      owner[i] = i
      guard let first = readers[i].first else { continue }
      let (j, k) = first
      let operation = nodes[j].operation
      if shares, Self.mayShare(i, first, readers, nodes), scaledBy[j] == nil {
        owner[i] = owner[j]
        isExclusive[owner[j] ?? j] = false
        if operation.sharesGradient(input: k) == .scaled { scaledBy[i] = first }
        writes[j][k] = false
        written.insert(i)
      } else if operation.overwritesGradient, readers[i].count == 1, let held = owner[j],
        isExclusive[held], scaledBy[j] == nil
      {
        owner[i] = held
      }
    }
    for j in nodes.indices.reversed() {
      for (k, input) in nodes[j].inputs.enumerated() where writes[j][k] {
        accumulates[j][k] = !written.insert(input).inserted
      }
    }
  }

  /// For each node, who reads it, in the order of backward.
  static func readers(_ nodes: [Node]) -> [[(node: Int, input: Int)]] {
    var readers: [[(node: Int, input: Int)]] = Array(repeating: [], count: nodes.count)
    for j in nodes.indices.reversed() {
      for (k, input) in nodes[j].inputs.enumerated() { readers[input].append((j, k)) }
    }
    return readers
  }

  /// Whether node `i` can have the gradient of its first reader in backward.
  private static func mayShare(
    _ i: Int,
    _ reader: (node: Int, input: Int),
    _ readers: [[(node: Int, input: Int)]],
    _ nodes: [Node]
  ) -> Bool {
    let join = nodes[reader.node]
    func sharing(_ k: Int) -> GradientSharing { join.operation.sharesGradient(input: k) }
    switch sharing(reader.input) {
    case .none: return false
    case .scaled:
      guard readers[i].count == 1, nodes[i].operation.takesGradientFactors else { return false }
    case .same: break
    }
    if join.inputs.count(where: { $0 == i }) > 1 { return false }
    /// The node in whose backward somebody writes into the gradient of input `n` first; nil where
    /// nobody does.
    func firstWriter(_ n: Int) -> Int? {
      if readers[n].count > 1 { return readers[n][1].node }
      let own = nodes[n].operation
      let passesOn = nodes[n].inputs.indices.contains { own.sharesGradient(input: $0) != .none }
      return own.modifiesGradient || passesOn ? n : nil
    }
    /// Whether input `n` takes part.
    func takesPart(_ k: Int) -> Bool {
      let n = join.inputs[k]
      guard n != 0, sharing(k) != .none else { return false }
      guard sharing(k) == .scaled else { return readers[n].first?.node == reader.node }
      return readers[n].count == 1 && nodes[n].operation.takesGradientFactors
    }
    let others = join.inputs.indices.filter { join.inputs[$0] != i && takesPart($0) }
    // One of them may write, when all others have read.
    if let writer = firstWriter(i) {
      return others.allSatisfy { firstWriter(join.inputs[$0]) == nil && join.inputs[$0] > writer }
    }
    return others.allSatisfy { other in
      let n = join.inputs[other]
      guard let writer = firstWriter(n) else { return true }
      // A writer that may not share does not matter.
      let rest = join.inputs.indices.filter { join.inputs[$0] != n && takesPart($0) }
      let shares = rest.allSatisfy {
        firstWriter(join.inputs[$0]) == nil && join.inputs[$0] > writer
      }
      return !shares || i > writer
    }
  }
}
