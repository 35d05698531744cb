import Collectives
import DataParallel
import Datasets
import Networks
import Plans
import Runs
import Tensors

extension Trainer {
  /// Whether the run goes on though loss or gradient of the step are not finite, and its update is
  /// left out; every rank calls it and gets the same.
  ///
  /// Finds out what was not finite first, unless the step before was such a one and this is not the
  /// last. Throws `Failure` (.launch) when a rank is lost.
  func goesOn(without totals: StepEngine.Totals) throws -> Bool {
    let count = progress.skipped.inARow + 1
    let goesOn = plan.onNonFinite == .skip && count < NonFinitePolicy.mostInARow
    guard !goesOn || count == 1 else { return true }
    let found = try origin(of: progress.step, totals)
    if goesOn {
      nonFinite = found
    } else {
      let row = count > 1 ? ", the \(count)th in a row that is left out" : ""
      nonFinite = "step \(progress.step + 1)\(row): \(found)"
    }
    return goesOn
  }

  /// What was not finite first in a step that has just been computed: nothing but the network's
  /// memory has changed since, and is overwritten.
  private func origin(of step: Int, _ totals: StepEngine.Totals) throws -> String {
    var own = NonFiniteOrigin.parameter(parameters, model.layout, statistics: false)
    var forward: NonFiniteOrigin?
    for round in engine.rounds {
      engine.begin(round: round)
      // They have been read a moment ago.
      _ = fetch(step, into: engine.network)
      guard let value = try engine.network.firstNonFinite(), forward == nil else { continue }
      forward = .value(value, sample: engine.batch.firstSample + value.sample)
    }
    own = own ?? forward
    if own == nil, totals.loss.isFinite, let gradient = engine.firstNonFiniteGradient {
      own = .gradient(gradient.element, isNaN: gradient.isNaN, model.layout)
    }
    let words = try (own ?? .nothing).description(
      engine.network,
      communicator,
      of: "sample N of the batch"
    )
    if let words { return words }
    return totals.loss.isFinite
      ? "the gradient's norm is not finite with what --l2 adds"
      : "the loss is not finite, and computed again every value is: suspect memory or CPU"
  }

  /// What was not finite first in an evaluation.
  ///
  /// Throws `Failure`: .data for images that cannot be read, .launch when a rank is lost.
  func origin(ofLossIn evaluator: Evaluator, _ split: EvaluationSplit) throws -> String {
    let own = try communicator.together { () throws -> NonFiniteOrigin? in
      if let found = NonFiniteOrigin.parameter(parameters, model.layout, statistics: true) {
        return found
      }
      return try evaluator.firstNonFinite().map { .value($0.value, sample: $0.image) }
    }
    let words = try (own ?? .nothing).description(
      evaluator.network,
      communicator,
      of: "image N of \(split.rawValue)"
    )
    let after = "evaluation after step \(progress.step)"
    return "\(after): \(words ?? "the loss is not finite")"
  }
}
