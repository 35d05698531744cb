import Kernels
import Tensors

/// A model with memory of its own on one rank, ready to run: forward, loss and backward as lists of
/// stages over one arena.
///
/// Made once; a step allocates nothing. The caller says which step it is, fills `images` and
/// `targets` for the current batch of its `BatchLayout`, runs `forward` and, in training,
/// `backward`, and reads `records` and the gradients; the logits hold until `backward`. A batch in
/// several rounds takes all of this for each, and only the last leaves whole records and gradients.
public final class Network {
  /// What runs.
  public let model: Model
  /// Where the tensors lie.
  public let layout: ParameterLayout
  /// The samples of this rank, which the caller sets with `begin`.
  public let batch: BatchLayout
  /// Input images, [local sample][height][width][channels].
  public let images: UnsafeMutablePointer<Float>
  /// A target for each local sample.
  public let targets: UnsafeMutablePointer<SampleTarget>
  /// The logits, [local sample][class], after `forward`.
  public let logits: UnsafePointer<Float>
  /// For each lane of this rank after `forward`: loss sum, correct answers, those not far off, then
  /// what adds up to the running statistics, Σ s·(mean, var).
  public let records: UnsafeMutablePointer<Double>
  /// Numbers in a lane's record.
  public let recordWidth: Int
  /// Floats of activations and their gradients.
  public var arenaFloats: Int { memory.arena.count }

  /// The kernel and the layer of every stage, forward then backward; a stage's number in it is its
  /// label in a recorder of the team.
  public var stageNames: [StageName] {
    (Self.stages(forwardEvents) + Self.stages(backwardEvents)).map {
      StageName(kernel: $0.kernel, layer: $0.layer)
    }
  }

  /// Loops of the team and exchanges of a step, which fusions make fewer.
  package var loops: Int {
    (forwardEvents + backwardEvents).count { if case .run = $0 { true } else { false } }
  }
  /// Nodes that are left when nodes have been put together.
  package let nodesRun: Int

  private enum Event {
    case run(Chain)
    case ready(Range<Int>)
  }

  private static func stages(_ moments: [Event]) -> [Stage] {
    moments.flatMap { moment -> [Stage] in
      if case .run(let chain) = moment { chain.stages } else { [] }
    }
  }

  private let team: ThreadTeam
  private let memory: NetworkMemory
  private let draws: StepDraws
  private let parameters: FloatBuffer
  private let gradients: [FloatBuffer]
  private var forwardEvents: [Event] = []
  private var backwardEvents: [Event] = []
  private var forwardStages = 0
  /// How the result of every node that is run can be read, and those that stand when a chain of
  /// forward has run.
  let results: [NodeResult]
  private var finishedNodes: [[Int]] = []
  private let statistics: [(mean: Range<Int>, variance: Range<Int>, momentum: Double)]

  /// Plans a model for one rank.
  ///
  /// `parameters` is a whole-layout buffer, `gradients` one for each tree node that `batch` ever
  /// has (none in inference). `smoothing` is that of the labels; `crossLane` is needed where
  /// BatchNorm's groups have several lanes; `seed` keys what operations draw in training; `digests`
  /// are taken when they are on; `space` is shared with networks that run at other times.
  public init(
    _ model: Model,
    batch: BatchLayout,
    mode: NetworkMode,
    parameters: FloatBuffer,
    gradients: [FloatBuffer],
    smoothing: Double,
    team: ThreadTeam,
    kernels: KernelSet,
    crossLane: (any CrossLaneSum)?,
    seed: UInt64 = 0,
    options: NetworkOptions = NetworkOptions(),
    digests: LaneDigests? = nil,
    space: NetworkSpace? = nil
  ) {
    (self.model, self.batch, self.team) = (model, batch, team)
    draws = StepDraws(seed: seed)
    (self.parameters, self.gradients) = (parameters, gradients)
    layout = model.layout
    let planned = options.applied(to: model)
    let plan = NetworkPlan(planned, batch, mode, options.fusions, threads: team.size)
    let memory = NetworkMemory(plan, batch, threads: team.size, in: space)
    self.memory = memory
    nodesRun = planned.nodes.count
    let last = planned.nodes.count - 1
    let logits = memory.arena.base + plan.values[last]
    images = memory.arena.base + plan.values[0]
    (self.logits, targets) = (UnsafePointer(logits), memory.targets)
    (records, recordWidth) = (memory.records, memory.recordWidth)
    statistics = Self.statistics(planned, layout)
    let around = Site.Surroundings(
      mode: mode,
      batch: batch,
      kernels: kernels,
      crossLane: crossLane,
      draws: draws,
      shared: memory.shared,
      recordStride: memory.recordWidth,
      digests: digests
    )
    let over = NetworkSites(
      model: planned,
      layout: layout,
      around: around,
      isView: plan.isView,
      gradients: plan.gradients
    )
    let addresses = memory.addresses(
      plan,
      parameters: parameters.base,
      gradients: gradients.map(\.base)
    )
    results = zip(planned.nodes, over.views(addresses)).map {
      NodeResult(layer: $0.name, shape: $0.shape, view: $1, kernels: kernels)
    }
    let schedule = StageOrder(
      planned.nodes,
      over.parts(addresses),
      loss: LossStages.all(
        SoftmaxCrossEntropy(classes: model.classes, smoothing: smoothing),
        plan.gradientOffsets[last].map { memory.arena.base + $0 },
        batch,
        logits,
        LossStages.Memory(
          targets: memory.targets,
          losses: memory.losses,
          records: memory.records,
          recordWidth: memory.recordWidth
        )
      ),
      training: mode != .inference,
      fusions: options.fusions,
      joinsPasses: plan.joinsPasses
    )
    func moments(_ moments: [StageOrder.Moment]) -> [Event] {
      moments.map {
        switch $0 {
        case .run(let entries): .run(Chain(entries.map(\.stage), batch))
        case .ready(let range): .ready(range)
        }
      }
    }
    forwardEvents = moments(schedule.forward)
    finishedNodes = schedule.finishedNodes
    backwardEvents = moments(schedule.backward)
    forwardStages = Self.stages(forwardEvents).count
  }

  /// The running statistics in the order of the nodes' records.
  private static func statistics(_ model: Model, _ layout: ParameterLayout)
    -> [(mean: Range<Int>, variance: Range<Int>, momentum: Double)]
  {
    model.nodes.compactMap { node in
      guard let norm = node.operation as? BatchNorm else { return nil }
      let moving = NetworkSites.entries(node, model, layout).filter { $0.role == .statistic }
      return (moving[0].range, moving[1].range, norm.momentum)
    }
  }

  /// Takes up an update, numbered from 0: what forward and backward draw is the step's own.
  public func begin(step: Int) { draws.step = step }

  /// Runs the model on `images` and the loss on `targets`; throws when a rank is lost.
  public func forward() throws {
    var label = 0
    for case .run(let chain) in forwardEvents {
      try chain.run(team, label: label)
      label += chain.stages.count
    }
  }

  /// Runs forward and tells of each node as soon as its result stands, while its memory is not used
  /// for something else; for rare events: it allocates.
  ///
  /// Throws when a rank is lost.
  func forward(telling standing: (_ node: Int) -> Void) throws {
    standing(0)
    var (label, chains) = (0, 0)
    for case .run(let chain) in forwardEvents {
      try chain.run(team, label: label)
      label += chain.stages.count
      finishedNodes[chains].forEach(standing)
      chains += 1
    }
  }

  /// Writes the gradients of the loss summed over the samples so far; in the last round tells each
  /// tensor's range as soon as it is final.
  ///
  /// What `ready` throws, and a lost rank, ends it.
  public func backward(_ ready: (Range<Int>) throws -> Void) throws {
    var label = forwardStages
    for event in backwardEvents {
      switch event {
      case .run(let chain):
        try chain.run(team, label: label)
        label += chain.stages.count
      case .ready(let range): if batch.isLastRound { try ready(range) }
      }
    }
  }

  /// Moves the running statistics towards those of the batch: `total` is the sum of all lanes'
  /// records, `samples` the batch's b.
  public func updateStatistics(_ total: LaneRecord, samples: Int) {
    var at = total.statistics
    for (mean, variance, momentum) in statistics {
      for range in [mean, variance] {
        for i in range {
          let old = Double(parameters.base[i])
          parameters.base[i] = Float(old + momentum * (at.pointee / Double(samples) - old))
          at += 1
        }
      }
    }
  }
}
