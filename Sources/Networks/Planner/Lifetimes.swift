/// From when to when each buffer of a step is needed, in moments of a schedule.
///
/// Of a chain all stages count as one moment, because it takes them group by group.
struct Lifetimes {
  /// When the stages of a node run; nil where it has none.
  private(set) var forward: [ClosedRange<Int>?]
  private(set) var backward: [ClosedRange<Int>?]
  /// Of a node's value; nil where it is not stored.
  private(set) var values: [ClosedRange<Int>?] = []
  /// Of a gradient's buffer, by the node that owns it.
  private(set) var gradients: [ClosedRange<Int>?] = []

  init(
    _ nodes: [Node],
    _ isView: [Bool],
    _ plan: GradientPlan,
    _ schedule: StageOrder,
    training: Bool
  ) {
    forward = Array(repeating: nil, count: nodes.count)
    backward = forward
    for (time, moment) in (schedule.forward + schedule.backward).enumerated() {
      guard case .run(let entries) = moment else { continue }
      for entry in entries {
        if entry.isBackward {
          backward[entry.node] = spanning(backward[entry.node], time...time)
        } else {
          forward[entry.node] = spanning(forward[entry.node], time...time)
        }
      }
    }
    let loss = schedule.forward.count - 1
    values = values(nodes, isView, training: training, loss: loss)
    gradients = training ? gradients(nodes, plan, loss: loss) : forward.map { _ in nil }
  }

  /// From the chain that writes a value to the last that reads it, directly or through a view.
  private func values(_ nodes: [Node], _ isView: [Bool], training: Bool, loss: Int)
    -> [ClosedRange<Int>?]
  {
    var lives = nodes.indices.map { isView[$0] ? nil : spanning(forward[$0], nil) }
    lives[0] = 0...0
    func read(_ i: Int, _ span: ClosedRange<Int>?) {
      let stored = isView[i] ? nodes[i].inputs[0] : i
      lives[stored] = spanning(lives[stored], span)
    }
    for (i, node) in nodes.enumerated() {
      let reads = node.operation.backwardReads
      if training, reads.output || isView[i] { read(i, backward[i]) }
      for input in node.inputs {
        read(input, forward[i])
        if training, reads.inputs || isView[i] { read(input, backward[i]) }
      }
    }
    read(nodes.count - 1, loss...loss)
    return lives
  }

  /// From the first that writes a gradient to the last that reads it, over all nodes that share its
  /// buffer.
  private func gradients(_ nodes: [Node], _ plan: GradientPlan, loss: Int) -> [ClosedRange<Int>?] {
    var lives: [ClosedRange<Int>?] = Array(repeating: nil, count: nodes.count)
    let readers = GradientPlan.readers(nodes)
    for i in nodes.indices {
      guard let owner = plan.owner[i] else { continue }
      lives[owner] = spanning(lives[owner], backward[i] ?? loss...loss)
      for (j, _) in readers[i] { lives[owner] = spanning(lives[owner], backward[j]) }
    }
    lives[nodes.count - 1] = spanning(lives[nodes.count - 1], loss...loss)
    return lives
  }

  /// The smallest range that holds both.
  private func spanning(_ a: ClosedRange<Int>?, _ b: ClosedRange<Int>?) -> ClosedRange<Int>? {
    guard let a, let b else { return a ?? b }
    return min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
  }
}
