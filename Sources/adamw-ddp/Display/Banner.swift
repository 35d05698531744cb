import Collectives
import DataParallel
import Datasets
import Kernels
import Networks
import Optimizers
import Plans
import Runs
import Tensors
import Training

/// What a run says before its first step, in lines for a terminal of 80 columns.
enum Banner {
  /// Where a line that is broken goes on: below the first one's words.
  static let indent = 13

  static func lines(
    _ trainer: Trainer,
    _ environment: RunEnvironment,
    library: String,
    folder: String
  ) -> [String] {
    let (plan, model) = (trainer.plan, trainer.model)
    let (source, placement) = (environment.source, environment.placement)
    let ranks = environment.communicator.size
    let mpi = library == "none" ? "no MPI" : "\(library.prefix { $0 != "," })"
    let count = grouped(model.layout.parameterCount)
    return [
      "adamw-ddp \(Version.text): \(model.name), \(count) parameters",
      "  data       \(source.name): \(images(source)) images of \(model.input)",
      "  ranks      \(ranks) (\(mpi)), threads \(placement.threadsText) a rank"
        + (placement.cores.isEmpty ? " (not pinned)" : "") + ", lanes \(plan.lanes)",
      "  batch      \(plan.batchSize) global, \(perLane(plan)) a lane\(rounds(plan, ranks))",
      "  steps      \(extent(trainer.horizon, plan))",
    ] + method(trainer.horizon, plan) + kept(trainer, source) + [
      "  batchnorm  \(plan.batchNorm)\(plan.batchNorm == .batch ? " (the whole global batch)" : "")",
      "  memory     a rank: \(byteText(trainer.arenaBytes)) activations, "
        + "\(stateBytes(trainer, ranks: ranks)) optimizer state "
        + (plan.zero == 1 ? "(ZeRO-1)" : "(--zero 0)"),
      "  kernels    \(placement.level.rawValue), OpenBLAS \(placement.blasCores[0])",
      "  output     \(folder)",
    ] + (library == "none" ? [] : [stop(folder)])
  }

  /// The ways that are safe under mpirun, which gives ranks two seconds after Ctrl-C.
  private static func stop(_ folder: String) -> String {
    "  stop       touch \(shellWord("\(folder)/\(StopFile.name)")), or USR1 to mpirun (Ctrl-C may lose steps)"
  }

  /// "9,000 training, 1,000 val and 2,000 test".
  private static func images(_ source: DataSource) -> String {
    let parts = source.parts.map { "\(grouped($0.images.count)) \($0.name)" }
    return parts.dropLast().joined(separator: ", ") + " and " + (parts.last ?? "")
  }

  /// What is evaluated when, and which models are kept beside the last, where that is not plain.
  private static func kept(_ trainer: Trainer, _ source: DataSource) -> [String] {
    let (plan, split) = (trainer.plan, source.measured.split)
    let end = split == .val && source.test != nil ? ", on test once at the end" : ""
    let evaluation = end.isEmpty ? [] : ["  evaluated  on \(split.rawValue) as it goes\(end)"]
    let isAveraged = plan.averageDecay != nil
    let best =
      "best.safetensors: the \(isAveraged ? "average" : "weights"), best on \(split.rawValue)"
    let models =
      (isAveraged ? ["model-ema.safetensors: the average"] : []) + (plan.saveBest ? [best] : [])
    return evaluation + (models.isEmpty ? [] : ["  keeps      \(models.joined(separator: "; "))"])
  }

  /// What the ranks keep of the optimizer's state, from the least to the most.
  private static func stateBytes(_ trainer: Trainer, ranks: Int) -> String {
    let reduction = trainer.reduction
    let sizes = (0..<ranks).map { rank in
      let elements = trainer.plan.zero == 1 ? reduction.ownedElements(rank) : reduction.elements
      return elements * trainer.optimizer.state.count * MemoryLayout<Float>.stride
    }
    return byteText(sizes.max() ?? 0, from: sizes.min())
  }

  /// Rule, schedule and decay.
  private static func method(_ horizon: Horizon, _ plan: TrainingPlan) -> [String] {
    let warmup = plan.warmupEpochs > 0 ? ", warm-up epochs \(plan.warmupEpochs)" : ""
    let reset = plan.restartMomentum == .reset ? ", momentum reset" : ""
    return [
      "  optimizer  \(horizon.rule.name), lr \(horizon.learningRate), dialect \(plan.dialect.rawValue)",
      "  schedule   \(horizon.schedule.shape)\(reset)\(warmup)",
      "  decay      \(decay(horizon, plan).joined(separator: "; "))",
    ]
  }

  /// Decoupled and coupled decay, and what they leave alone.
  private static func decay(_ horizon: Horizon, _ plan: TrainingPlan) -> [String] {
    func text(_ value: String, _ excepted: Set<ParameterGroup>) -> String {
      let names = ParameterGroup.allCases.filter(excepted.contains).map(\.rawValue)
      return value
        + (names.isEmpty ? " on all tensors" : ", not on " + names.joined(separator: ", "))
    }
    var parts: [String] = []
    if horizon.rule.decaysWeights {
      let value =
        switch plan.dialect.decayUnit {
        case .schedule:
          "λ \(decays(horizon)) (λ_norm \(significant(horizon.normalizedDecay)))"
        case .learningRate: "\(significant(horizon.decay)) times the learning rate"
        case .raw: "\(significant(horizon.decay)) a step, whatever the schedule"
        }
      parts.append(text(value, plan.noDecay))
    }
    if let l2 = plan.l2, l2 > 0 { parts.append(text("L2 \(significant(l2))", plan.noL2)) }
    return parts.isEmpty ? ["none"] : parts
  }

  /// "0.000126", or "0.000126, 8.94e-5, 6.32e-5, …" where restart periods differ.
  private static func decays(_ horizon: Horizon) -> String {
    guard horizon.decays.contains(where: { $0 != horizon.decay }) else {
      return significant(horizon.decay)
    }
    let first = horizon.decays.prefix(3).map(significant).joined(separator: ", ")
    return horizon.decays.count > 3 ? "\(first), …" : first
  }

  /// "16", or "3 or 4" where lanes differ.
  private static func perLane(_ plan: TrainingPlan) -> String {
    let sizes = Set((0..<plan.lanes).map { share($0, of: plan.lanes, total: plan.batchSize).count })
    return sizes.sorted().map(String.init).joined(separator: " or ")
  }

  /// ", 2 rounds", or nothing where a rank takes all its lanes at once.
  private static func rounds(_ plan: TrainingPlan, _ ranks: Int) -> String {
    let rounds = plan.rounds(ranks: ranks)
    return rounds > 1 ? ", \(rounds) rounds" : ""
  }

  /// "790 in 10 epochs of 79", or "3 of the 790 in …" when --steps stops earlier; with a unit
  /// behind the number where nothing else says it.
  static func extent(_ horizon: Horizon, _ plan: TrainingPlan, unit: String? = nil) -> String {
    let whole = plan.epochs * horizon.stepsPerEpoch
    let epochs = "\(plan.epochs) \(plan.epochs == 1 ? "epoch" : "epochs")"
    let part = horizon.steps < whole ? "\(grouped(horizon.steps)) of the " : ""
    let noun = unit.map { whole == 1 ? " \($0)" : " \($0)s" } ?? ""
    return "\(part)\(grouped(whole))\(noun) in \(epochs) of \(grouped(horizon.stepsPerEpoch))"
  }
}
