import Checkpoints
import Collectives
import DataParallel
import Optimizers
import Tensors
import TestSupport

/// Steps whose gradients are given by lane instead of computed: what they are cut into and how.
struct StepSetup: Sendable {
  var lanes = 8
  var bucketGranules = 1024
  var isSharded = true
  var rule: any UpdateRule = AdamW(AdamConstants(epsilon: 1e-3))
  /// Elements of each tensor, in layout order.
  var tensors = [1500, 10, 7000, 3, 2048, 1024, 400]
  /// Samples of each step's batch; the first is a full one.
  var batches = [40, 40, 40]
  var recordWidth = 5
  /// The coefficient of coupled decay; nil: none.
  var l2: Double?
  var factors: ParameterFactors.ByGroup = [:]
  /// The factor of every gradient beside 1 / b.
  var clip = 1.0
  /// A norm to clip at instead.
  var clipping: GradientClipping?

  /// Whether that has what coupled decay adds.
  var clipsPenalty: Bool { clipping?.dialect.clipsCoupledDecay == true }

  /// Whether the state's digest is taken after each step.
  var hashes = false

  /// Tensors with names and roles of their own instead.
  var named: [(String, ParameterRole, ParameterStorage)] = []

  /// Where an earlier run stopped.
  struct Resume: Sendable {
    let state: [StatePiece]
    let memory: SIMD4<Double>
    let step: Int
  }
  var resume: Resume?

  var layout: ParameterLayout {
    named.isEmpty ? unnamed : ParameterLayout(named.map { ($0.0, $0.1, $0.2) })
  }

  private var unnamed: ParameterLayout {
    ParameterLayout(
      tensors.enumerated().map { ("tensor\($0.offset)", .weight, .vector($0.element)) }
        + [("statistic", .statistic, .vector(20))]
    )
  }

  func plan(ranks: Int) -> ReductionPlan {
    ReductionPlan(
      lanes: lanes,
      ranks: ranks,
      elements: layout.trainable.count,
      bucketGranules: bucketGranules
    )
  }

  /// The gradient of each lane in a step; the layout's gaps hold zeros.
  func rows(step: Int) -> [[Float]] {
    let layout = layout
    return (0..<lanes).map { lane in
      var row = Array(repeating: Float(0), count: layout.trainable.count)
      for entry in layout.entries where entry.role != .statistic {
        for i in entry.range { row[i] = unevenValue(step, lane, i) }
      }
      return row
    }
  }

  func record(step: Int, lane: Int) -> [Double] {
    (0..<recordWidth).map { Double(unevenValue(step, lane, -1 - $0)) / 3 }
  }
}

/// What a rank knows after the steps.
struct StepOutcome: Sendable {
  var parameters: [UInt32] = []
  var records: [[UInt64]] = []
  var squares: [UInt64] = []
  /// The penalty and the rule's sums over all elements.
  var penalties: [Double] = []
  /// The norm that clipping goes by.
  var norms: [Double] = []
  var ruleSums: [SIMD4<Double>] = []
  /// The moving averages of all elements.
  var average: [UInt32] = []
  /// All that a resume takes up, and the rule's numbers.
  var state: [StatePiece] = []
  var memory = SIMD4<Double>.zero
  /// Elements of state that a resume did not find.
  var missing = 0
  var stateElements = 0
  var stateBytes = 0
  /// The digest of the state after each step; of one without steps, of what it took up.
  var digests: [UInt64] = []
  /// What was sent in each step.
  var sent: [Traffic] = []
  /// The most received at once until after the last reduction and its totals.
  var largestReceived = 0
  /// Σ g of all elements as this rank's buffer has it after the last step.
  var gradient: [UInt32] = []
}

/// One rank's pieces of a step, put together as the trainer does.
final class StepBench {
  private let c: any Communicator
  private let setup: StepSetup
  private let plan: ReductionPlan
  private let layout: ParameterLayout
  private let batch: BatchLayout
  private let gradients: [FloatBuffer]
  private let parameters: FloatBuffer
  private let reducer: GradientReducer
  private let totals: StepTotals
  private let optimizer: ShardedOptimizer
  private let average: WeightAverage
  private let state: StateDigest?

  init(_ c: any Communicator, _ setup: StepSetup) throws {
    (self.c, self.setup) = (c, setup)
    let team = threadTeam(size: 1)
    plan = setup.plan(ranks: c.size)
    layout = setup.layout
    batch = BatchLayout(
      lanes: setup.lanes,
      held: plan.heldLanes[c.rank],
      fullBatch: setup.batches[0]
    )
    gradients = try plan.partials[c.rank].map { [layout] _ in
      try c.allocate(floats: layout.trainable.count)
    }
    parameters = try c.allocate(floats: layout.count)
    for i in layout.entries.flatMap(\.range) { parameters.base[i] = unevenValue(99, 0, i) }
    let exchange = try c.exchange(plan, gradients: gradients)
    reducer = GradientReducer(exchange, plan: plan, layout: layout)
    average = WeightAverage(
      decay: 0.9,
      of: parameters,
      layout: layout,
      in: try c.allocate(floats: layout.count)
    )
    optimizer = ShardedOptimizer(
      setup.rule,
      plan: plan,
      rank: c.rank,
      sharded: setup.isSharded,
      exchange: exchange,
      parameters: parameters,
      gradients: gradients[0],
      segments: ParameterFactors.segments(layout, setup.factors),
      penalizes: setup.l2 != nil,
      clipsPenalty: setup.clipsPenalty,
      average: average,
      team: team
    )
    state = setup.hashes ? StateDigest(optimizer, layout, plan: plan, team: team) : nil
    totals = StepTotals(
      c,
      plan: plan,
      batch: batch,
      recordWidth: setup.recordWidth,
      sums: optimizer.sumLayout,
      state: state,
      team: team
    )
    totals.granuleSums = { [optimizer] elements, member, sums in
      optimizer.sums(elements, member: member, into: sums)
    }
    average.begin()
  }

  /// Changes a running statistic on this rank alone.
  func spoilStatistic() {
    let statistic = parameters.base + layout.statistics.lowerBound
    statistic.pointee += 1
  }

  func run() throws -> StepOutcome {
    var outcome = StepOutcome()
    if let resume = setup.resume {
      outcome.missing = try optimizer.restore(resume.state, layout)
      optimizer.restore(memory: resume.memory)
    }
    for (index, samples) in setup.batches.enumerated().dropFirst(setup.resume?.step ?? 0) {
      batch.begin(samples: samples)
      let before = c.traffic
      optimizer.begin(
        StepScalars(
          step: index + 1,
          learningRate: 0.01,
          multiplier: 1 / Double(index + 1),
          decay: 0.003,
          l2: setup.l2 ?? 0,
          gradientScale: 1 / Double(samples)
        )
      )
      try reduce(step: index)
      if !outcome.sent.isEmpty { outcome.digests.append(totals.digest) }
      outcome.largestReceived = c.traffic.largestReceived
      outcome.records.append((0..<setup.recordWidth).map { totals.record[$0].bitPattern })
      let sums = totals.elementSums
      outcome.squares.append(sums.squaredGradient.bitPattern)
      outcome.penalties.append(sums.penalty)
      outcome.ruleSums.append(sums.rule)
      for i in layout.entries.filter({ $0.role == .statistic }).flatMap(\.range) {
        parameters.base[i] += unevenValue(index, 98, i)
      }
      let norm =
        sums.squaredWhole?.squareRoot() ?? sums.squaredGradient.squareRoot() / Double(samples)
      outcome.norms.append(norm)
      try optimizer.step(sums, clip: setup.clipping?.factor(norm) ?? setup.clip)
      state?.take()
      outcome.sent.append(c.traffic - before)
    }
    state?.take()
    try totals.gatherDigest()
    outcome.digests.append(totals.digest)
    outcome.parameters = parameters.elements.map(\.bitPattern)
    outcome.gradient = gradients[0].elements.map(\.bitPattern)
    outcome.stateElements = optimizer.shard.count
    try optimizer.gatherAverage()
    outcome.average = average.values.elements.map(\.bitPattern)
    outcome.state = optimizer.pieces(layout)
    outcome.memory = optimizer.memory
    outcome.stateBytes = optimizer.stateBytes
    return outcome
  }

  private func reduce(step: Int) throws {
    let rows = setup.rows(step: step)
    for (node, buffer) in zip(plan.partials[c.rank], gradients) {
      let lanes = node.clamped(to: 0..<batch.present)
      // What an absent lane leaves behind must not spread.
      let sum =
        lanes.isEmpty
        ? Array(repeating: .nan, count: plan.elements) : levelByLevelSum(Array(rows[lanes]))
      for i in sum.indices { buffer.base[i] = sum[i] }
    }
    reducer.begin(present: batch.present)
    for entry in layout.entries where entry.role != .statistic {
      try reducer.markReady(entry.range)
    }
    try reducer.finish()
    var records = batch.held.flatMap { lane in
      lane < batch.present
        ? setup.record(step: step, lane: lane)
        : Array(repeating: .nan, count: setup.recordWidth)
    }
    try records.withUnsafeMutableBufferPointer {
      try totals.gather(records: $0.baseAddress!)
    }
  }
}

/// Every rank's outcome.
func outcomes(_ setup: StepSetup, ranks: Int) throws -> [StepOutcome] {
  try ThreadWorld.run(ranks: ranks) { try StepBench($0, setup).run() }
}

/// How many elements differ; a failed `==` of long arrays takes minutes to print.
func differences(_ a: [UInt32], _ b: [UInt32]) -> Int {
  zip(a, b).count { $0 != $1 } + abs(a.count - b.count)
}
