import Optimizers

/// A plan's rule as the line of code or the command that makes it in the system that its dialect
/// comes from.
///
/// What the system takes as usual is left out, but for the learning rate and decay. The names are
/// those of PyTorch 2.15, Keras 3.15, optax 0.2.8, TensorFlow Addons 0.23 and the options of
/// github.com/loshchil/AdamW-and-SGDW.
public struct OptimizerCall: Sendable {
  /// The line; nil where the system has nothing like it.
  public let text: String?
  /// Sentences: what must be added by hand.
  public let notes: [String]

  /// The line for a resolved plan in its own dialect; throws `Failure` (.usage) for an unknown
  /// rule.
  public init(_ plan: TrainingPlan) throws {
    let row = try plan.ruleRow
    switch plan.dialect {
    case .paper: text = nil
    case .authors: text = Self.command(plan, try plan.constants)
    case .optax: text = try Self.chain(plan, row)
    case .pytorch, .keras, .tfa:
      let call = try PythonOptimizer.Call(plan, row)
      text = row.python[plan.dialect].map { call.text($0.optimizer) }
    }
    notes = text == nil ? [] : Self.notes(plan, row)
  }

  /// In optax what is not one optimizer is a chain of transformations.
  private static func chain(
    _ plan: TrainingPlan,
    _ row: UpdateRuleCatalog.Row
  ) throws -> String? {
    let (call, constants) = (try PythonOptimizer.Call(plan, row), try plan.constants)
    let rate = PythonOptimizer.text(plan.learningRate ?? 0)
    let steps =
      "optax.add_decayed_weights(\(PythonOptimizer.text(plan.weightDecay ?? 0))), "
      + "optax.scale_by_learning_rate(\(rate))"
    let core: String
    if plan.amsgrad && row.decaysWeights {
      core = call.text("optax.scale_by_amsgrad", [.betas, .epsilon]) + ", " + steps
    } else if plan.amsgrad {
      core = call.text("optax.amsgrad")
    } else if let name = row.python[.optax] {
      core = call.text(name.optimizer)
    } else if row.isPlainDescent && row.decaysWeights {
      let nesterov = constants.nesterov ? ", nesterov=True" : ""
      let trace = "optax.trace(decay=\(PythonOptimizer.text(constants.momentum))\(nesterov))"
      core = (constants.momentum > 0 ? trace + ", " : "") + steps
    } else {
      return nil
    }
    let coupled = plan.l2.flatMap { $0 > 0 ? $0 : nil }
    let first = coupled.map { "optax.add_decayed_weights(\(PythonOptimizer.text($0))), " } ?? ""
    return first.isEmpty && !core.contains("), ") ? core : "optax.chain(\(first)\(core))"
  }

  /// The authors' command without what it says of the network; nil for what it cannot say.
  private static func command(_ plan: TrainingPlan, _ constants: RuleConstants) -> String? {
    let decays = [plan.weightDecayNorm, plan.l2].compactMap(\.self).filter { $0 > 0 }
    var fixed = RuleConstants()
    fixed.momentum = constants.momentum
    guard plan.weightDecay ?? 0 == 0, decays.count < 2, constants == fixed else { return nil }
    func text(_ x: Double) -> String { significant(x, digits: 6) }
    let periods =
      switch plan.scheduleShape {
      case .step: "-lrShape multistep"
      case .warmRestarts(let restarts):
        "-lrShape cosine -Te \(restarts.first) -Tmult \(plain(restarts.factor))"
      default: "-lrShape cosine -Te \(plan.epochs) -Tmult 1"
      }
    return
      "th main.lua -algorithmType \(plan.rule.uppercased()) -LR \(text(plan.learningRate ?? 0)) "
      + "-weightDecay \(text(decays.first ?? 0)) -batchSize \(plan.batchSize) "
      + "-nEpochs \(plan.epochs) \(periods)" + (plan.schedule == .fixed ? " -LRdec false" : "")
      + (constants.momentum == 0.9 ? "" : " -momentum \(text(constants.momentum))")
  }

  private static func notes(_ plan: TrainingPlan, _ row: UpdateRuleCatalog.Row) -> [String] {
    var notes: [String] = []
    let (dialect, coupled) = (plan.dialect, plan.l2 ?? 0)
    if let there = row.python[dialect], row.decaysWeights && !there.decaysWeights {
      let (decay, module) = (
        PythonOptimizer.text(plan.weightDecay ?? 0),
        there.optimizer.split(separator: ".").dropLast().joined(separator: ".")
      )
      notes.append(
        "\(module) has no \(plan.rule.uppercased()): take lr times \(decay) off θ before every step."
      )
    }
    if dialect == .pytorch && row.decaysWeights && coupled > 0 {
      let half = PythonOptimizer.text(coupled / 2)
      notes.append("Coupled decay beside decoupled: add \(half) times Σθ² to the loss.")
    }
    if (dialect == .keras || dialect == .tfa) && coupled > 0 {
      let half = PythonOptimizer.text(coupled / 2)
      notes.append("Coupled decay is a regularizer of the layers: keras.regularizers.L2(\(half)).")
    }
    if plan.maximize && dialect != .pytorch { notes.append("Climbing the loss: negate it.") }
    let left = (PlanField.groupFields + PlanField.besideFields).filter { $0.get(plan) != nil }
      .map { "--\($0.flag)" }
    if !left.isEmpty { notes.append("Not in it: \(left.joined(separator: ", ")).") }
    if !plan.hasConstantRate && dialect != .authors {
      notes.append("Its learning rate is α: multiply it by η step by step.")
    }
    return notes
  }
}
