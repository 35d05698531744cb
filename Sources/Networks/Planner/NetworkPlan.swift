import Kernels
import Tensors

/// The planner's decisions about memory: which value and which gradient lies where in the arena,
/// and when it is needed.
///
/// Time is counted in moments of the schedule. A value lives from the chain that writes it to the
/// last one that reads it; a chain interleaves its stages group by group, so all it touches lives
/// at the same time.
struct NetworkPlan {
  /// Whether a node's result is not stored: its readers see its input through a view.
  let isView: [Bool]
  /// Offset of each node's value, or of the value behind the view.
  let values: [Int]
  /// Who holds which gradient.
  let gradients: GradientPlan
  /// Offset of each node's gradient; nil where nobody needs it.
  let gradientOffsets: [Int?]
  /// Offsets of what lives as long as a node's forward, and its backward.
  let forwardOffsets: [Int]
  let backwardOffsets: [Int]
  /// Floats of the arena.
  let arena: Int
  /// What each node needs.
  let scratch: [Scratch]
  /// Whether the passes of a convolution's backward are one chain, see `StageOrder`.
  let joinsPasses: Bool

  /// Which nodes are views: those whose readers all take one, over a value that is stored.
  static func views(_ nodes: [Node], fusions: Set<Fusion>) -> [Bool] {
    var isView = Array(repeating: false, count: nodes.count)
    guard fusions.contains(.normalize) else { return isView }
    for (i, node) in nodes.enumerated() where i < nodes.count - 1 {
      let readers = nodes.filter { $0.inputs.contains(i) }
      isView[i] =
        node.operation.viewKind != nil && !isView[node.inputs[0]] && node.inputs[0] != 0
        && readers.allSatisfy { $0.operation.readsViews }
    }
    return isView
  }

  /// The plan of a model whose algorithms and fused nodes are decided.
  init(
    _ model: Model,
    _ batch: BatchLayout,
    _ mode: NetworkMode,
    _ fusions: Set<Fusion>,
    threads: Int
  ) {
    let nodes = model.nodes
    let isView = Self.views(nodes, fusions: fusions)
    let gradients = GradientPlan(nodes, shares: fusions.contains(.residual))
    let joinsPasses = fusions.contains(.chain) && Self.sharesChunks(batch, threads)
    let scratch = nodes.map { $0.operation.scratch(model.inputShapes($0), batch, mode) }
    let lives = Lifetimes(
      nodes,
      isView,
      gradients,
      Self.trial(model, batch, mode, isView, gradients, fusions, joinsPasses),
      training: mode != .inference
    )
    var requests: [ArenaPlan.Request] = []
    func request(_ floats: Int, _ life: ClosedRange<Int>) -> Int {
      requests.append(.init(floats: floats, life: life))
      return requests.count - 1
    }
    /// A request for each node that has a life.
    func values(_ lives: [ClosedRange<Int>?]) -> [Int?] {
      nodes.indices.map { i in
        lives[i].map { request(batch.capacity * nodes[i].shape.count, $0) }
      }
    }
    let stored = values(lives.values)
    let owned = values(lives.gradients)
    let forward = nodes.indices.map { request(scratch[$0].forward, lives.forward[$0] ?? 0...0) }
    let backward = nodes.indices.map { request(scratch[$0].backward, lives.backward[$0] ?? 0...0) }
    let plan = ArenaPlan(requests)
    self.values = nodes.indices.map { i in
      stored[isView[i] ? nodes[i].inputs[0] : i].map { plan.offsets[$0] } ?? 0
    }
    gradientOffsets = gradients.owner.map { owner in
      owner.flatMap { owned[$0] }.map { plan.offsets[$0] }
    }
    forwardOffsets = forward.map { plan.offsets[$0] }
    backwardOffsets = backward.map { plan.offsets[$0] }
    arena = plan.count
    (self.isView, self.gradients, self.scratch) = (isView, gradients, scratch)
    self.joinsPasses = joinsPasses
  }

  /// Whether chunks are items small enough to keep the threads equally busy, within an eighth.
  private static func sharesChunks(_ batch: BatchLayout, _ threads: Int) -> Bool {
    let chunks = batch.chunkCapacity
    let rounds = (chunks + threads - 1) / threads
    return 8 * rounds * threads <= 9 * chunks
  }

  /// The schedule over no memory, which tells when each value is needed.
  private static func trial(
    _ model: Model,
    _ batch: BatchLayout,
    _ mode: NetworkMode,
    _ isView: [Bool],
    _ gradients: GradientPlan,
    _ fusions: Set<Fusion>,
    _ joinsPasses: Bool
  ) -> StageOrder {
    let nothing = FloatBuffer(count: 1)
    let around = Site.Surroundings(
      mode: mode,
      batch: batch,
      kernels: KernelSet(.baseline),
      crossLane: NoSum(),
      draws: StepDraws(seed: 0),
      shared: SharedScratch(
        workspace: nothing.base,
        workspaceStride: 0,
        sums: 0,
        slots: nothing.base,
        slotStride: 0
      ),
      recordStride: 0
    )
    let layout = NetworkSites(
      model: model,
      layout: model.layout,
      around: around,
      isView: isView,
      gradients: gradients
    )
    return StageOrder(
      model.nodes,
      layout.parts(.nowhere(nothing.base)),
      loss: LossStages.kernels.map { .items($0, { 0 }) { _, _ in } },
      training: mode != .inference,
      fusions: fusions,
      joinsPasses: joinsPasses
    )
  }

  /// Stands for the other ranks in a trial.
  private final class NoSum: CrossLaneSum {
    func total(
      _ records: UnsafeMutablePointer<Double>,
      width: Int,
      lanesPerGroup: Int,
      merge: RecordMerge
    ) throws {}
  }
}
