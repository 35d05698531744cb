import Collectives
import DataParallel
import Kernels
import Networks
import Optimizers
import Tensors
import TestSupport
import Training

/// Steps on one batch of given floats: the trainer's pieces without its data.
final class HandDrivenSteps {
  private let layout: ParameterLayout
  let parameters: FloatBuffer
  private let batch: BatchLayout
  private let network: Network
  private let reducer: GradientReducer
  private let totals: StepTotals
  private let optimizer: ShardedOptimizer
  private let gradient: FloatBuffer

  init(
    _ model: Model,
    batch samples: Int,
    lanes: Int,
    rule: any UpdateRule,
    communicator c: any Communicator,
    install: (ParameterLayout, FloatBuffer) -> Void
  ) throws {
    layout = model.layout
    let plan = ReductionPlan(
      lanes: lanes,
      ranks: c.size,
      elements: layout.trainable.count,
      bucketGranules: StepEngine.bucketGranules
    )
    let team = threadTeam(size: 1) { BLAS.useOneThread() }
    batch = BatchLayout(lanes: lanes, held: plan.heldLanes[c.rank], fullBatch: samples)
    parameters = try c.allocate(floats: layout.count)
    install(layout, parameters)
    let gradients = try plan.partials[c.rank].map { [layout] _ in
      try c.allocate(floats: layout.trainable.count)
    }
    gradient = gradients[0]
    network = Network(
      model,
      batch: batch,
      mode: .training(.lanes(lanes)),
      parameters: parameters,
      gradients: gradients,
      smoothing: 0,
      team: team,
      kernels: KernelSet(.best),
      crossLane: LaneSums(
        c,
        plan: plan,
        batch: batch,
        maximumWidth: 1 + 2 * (model.nodes.map(\.shape.channels).max() ?? 1),
        lanesPerGroup: [lanes],
        team: team
      )
    )
    let exchange = try c.exchange(plan, gradients: gradients)
    reducer = GradientReducer(exchange, plan: plan, layout: layout)
    totals = StepTotals(
      c,
      plan: plan,
      batch: batch,
      recordWidth: network.recordWidth,
      sums: ElementSums.Layout(penalizes: false, ruleSums: 0),
      team: team
    )
    optimizer = ShardedOptimizer(
      rule,
      plan: plan,
      rank: c.rank,
      sharded: true,
      exchange: exchange,
      parameters: parameters,
      gradients: gradients[0],
      team: team
    )
    totals.granuleSums = { [optimizer] elements, member, sums in
      optimizer.sums(elements, member: member, into: sums)
    }
  }

  /// Takes a step on the whole batch (NHWC) and returns the mean loss before it.
  func step(
    _ images: [Float],
    _ labels: [Int],
    number: Int,
    learningRate: Double,
    decay: Double
  ) throws -> Double {
    let loss = try lossAndGradient(images, labels)
    network.updateStatistics(LaneRecord(totals.record), samples: batch.batch)
    optimizer.begin(
      StepScalars(
        step: number,
        learningRate: learningRate,
        multiplier: 1,
        decay: decay,
        gradientScale: 1 / Double(batch.batch)
      )
    )
    try optimizer.step(totals.elementSums)
    return loss
  }

  /// The mean loss; leaves everything but gradients as it is.
  func lossAndGradient(_ images: [Float], _ labels: [Int]) throws -> Double {
    let size = images.count / labels.count
    for sample in 0..<batch.localSamples {
      let global = batch.firstSample + sample
      for i in 0..<size { network.images[sample * size + i] = images[global * size + i] }
      network.targets[sample] = SampleTarget(labels[global])
    }
    try network.forward()
    reducer.begin(present: batch.present)
    try network.backward { try reducer.markReady($0) }
    try reducer.finish()
    try totals.gather(records: network.records)
    return LaneRecord(totals.record).loss / Double(batch.batch)
  }
}
