import Collectives
import Datasets
import Networks
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// A run that meets values that are not finite says where they were first.
@Suite(.serialized)
struct NonFiniteTests {
  /// The name of this machine.
  private let host = SoloCommunicator().hosts[0]

  /// What every rank says of a run that starts with parameters that `change` has changed.
  private func said(
    _ plan: TrainingPlan,
    _ source: DataSource,
    ranks: Int,
    _ change: @escaping @Sendable (_ rank: Int, ParameterLayout, FloatBuffer) -> Void = { _, _, _ in
    }
  ) throws -> String? {
    let all = try ThreadWorld.run(ranks: ranks) { c in
      let trainer = try trainer(plan, smallCNN(source), source, c)
      change(c.rank, trainer.model.layout, trainer.parameters)
      let before = trainer.parameters.elements.map(\.bitPattern)
      let outcome = try trainer.run(StepWatcher())
      let after = trainer.parameters.elements.map(\.bitPattern)
      #expect(outcome == .diverged && (trainer.progress.step > 0 || before == after))
      return trainer.nonFinite
    }
    #expect(all.allSatisfy { $0 == all[0] })
    return all[0]
  }

  private func fill(
    _ name: String,
    _ layout: ParameterLayout,
    _ parameters: FloatBuffer,
    _ value: (Int) -> Float
  ) {
    for (i, element) in (layout[name]?.range ?? 0..<0).enumerated() {
      parameters.base[element] = value(i)
    }
  }

  /// Finite weights under which a layer overflows.
  @Test(arguments: [1, 2, 3], [false, true])
  func aLayerOfForwardIsNamed(ranks: Int, fused: Bool) throws {
    var plan = smallPlan()
    if !fused { plan.fusionsOff = Set(Fusion.allCases) }
    let text = try said(plan, smallSource(), ranks: ranks) { _, layout, parameters in
      fill("conv2.weight", layout, parameters) { $0 % 2 == 0 ? 3e38 : 1e38 }
    }
    let place = ranks > 1 ? ", on rank 0 on \(host)" : ""
    let ways = ["NaN", "infinite"].map {
      "step 1: the output of conv2 is the first value that is not finite "
        + "(\($0), in sample 0 of the batch\(place))"
    }
    #expect(ways.contains(text ?? ""), "\(text ?? "nothing")")
  }

  /// A normalisation that nobody stores.
  @Test func aViewIsNamed() throws {
    let text = try said(smallPlan(), smallSource(), ranks: 2) { _, layout, parameters in
      fill("bn1.weight", layout, parameters) { _ in 3e38 }
    }
    #expect(text?.contains("the output of bn1 is the first") == true, "\(text ?? "nothing")")
  }

  @Test func aParameterOfOneRankIsNamed() throws {
    let text = try said(smallPlan(), smallSource(), ranks: 3) { rank, layout, parameters in
      if rank == 1 { fill("conv3.weight", layout, parameters) { $0 == 7 ? .nan : 0 } }
    }
    #expect(text == "step 1: conv3.weight is not finite before it (NaN, on rank 1 on \(host))")
  }

  /// Values next to zero reach a dense layer whose weights are as large as may be: forward sees
  /// nothing of it.
  @Test(arguments: [1, 3])
  func aGradientIsNamed(ranks: Int) throws {
    let text = try said(smallPlan(), smallSource(), ranks: ranks) { _, layout, parameters in
      fill("bn3.weight", layout, parameters) { _ in 0 }
      fill("bn3.bias", layout, parameters) { _ in 1e-38 }
      fill("fc.weight", layout, parameters) { $0 % 3 == 0 ? 3e38 : -3e38 }
    }
    let start = "step 1: the gradient of bn3."
    #expect(
      text?.hasPrefix(start) == true && text?.contains("is the first that is not finite") == true,
      "\(text ?? "nothing")"
    )
  }

  @Test(arguments: [1, 2, 8], [1, 2])
  func anImageIsNamed(ranks: Int, rounds: Int) throws {
    var plan = smallPlan(steps: 10)
    if rounds > 1 { (plan.batchNorm, plan.allowSmallBatchNorm) = (.lane, true) }
    (plan.augment, plan.accumulate) = (.none, rounds)
    let source = PoisonedImages.source(smallSource(), [77])
    let text = try said(plan, source, ranks: ranks)
    let order = EpochOrder(count: source.train.count, seed: plan.seed)
    order.prepare(epoch: 0)
    let position = try #require((0..<source.train.count).first { order[$0] == 77 })
    let (step, sample) = position.quotientAndRemainder(dividingBy: plan.batchSize)
    let place = ranks > 1 ? ", on rank \(sample * ranks / plan.batchSize) on \(host)" : ""
    #expect(
      text == "step \(step + 1): an image is the first value that is not finite "
        + "(infinite, in sample \(sample) of the batch\(place))"
    )
  }

  @Test(arguments: [1, 3])
  func anEvaluationSaysWhatItMet(ranks: Int) throws {
    let source = PoisonedImages.source(smallSource(), [], inTest: [121])
    var plan = smallPlan(steps: 2)
    plan.augment = .none
    let text = try said(plan, source, ranks: ranks)
    let place = ranks > 1 ? ", on rank 1 on \(host)" : ""
    #expect(
      text == "evaluation after step 2: an image is the first value that is not finite "
        + "(infinite, in image 121 of test\(place))"
    )
    plan.learningRate = 1e30
    plan.steps = 1
    let second = try said(plan, smallSource(), ranks: ranks)
    #expect(second?.hasPrefix("evaluation after step 1: ") == true, "\(second ?? "nothing")")
  }
}
