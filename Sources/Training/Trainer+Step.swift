import Collectives
import DataParallel
import Datasets
import Networks
import Optimizers
import Plans
import Runs
import Tensors

extension Trainer {
  /// One step: from samples to equal parameters on all ranks, who know then what they have asked of
  /// each other; nil when it diverged, before anything was updated.
  func takeStep() throws -> StepMetrics? {
    let (step, begun) = (progress.step, ContinuousClock.now)
    checkpoints?.look()
    team.clock.begin(step: step)
    recorder?.isOn = TrainingPlan.profiledSteps.contains(step + 1)
    // What lies between steps is no part of a profile.
    defer { recorder?.isOn = false }
    let totals = try StepSection.step.measure(team) { () throws -> StepEngine.Totals in
      var flags = flags
      if wantsCheckpoint(after: step + 1) { flags.insert(.saveDue) }
      let audit = audit(of: step)
      var unread = try audit.flatMap { try compute(step, for: $0) }
      engine.begin(step: step, samples: loader.samples(of: step))
      for round in engine.rounds {
        engine.begin(round: round)
        let failure = StepSection.read.measure(team) { fetch(step, into: engine.network) }
        unread = unread ?? failure
        try engine.forward()
        try engine.backward()
      }
      if let audit { try compare(step, for: audit, isWhole: unread == nil) }
      if unread != nil { flags.insert(.readFailed) }
      // As late as can be: who is asked to stop may have little time.
      if let askedFor { flags.formUnion(askedFor()) }
      let totals = try engine.total(
        scalars(of: step),
        flags: flags,
        lastSaved: checkpoints?.lastWritten ?? 0
      )
      if totals.flags.contains(.readFailed) { try agree(on: unread) }
      if totals.isFinite { try engine.update() }
      if plan.wantsDigest(after: step + 1) { engine.takeDigest() }
      return totals
    }
    agreed = totals.flags
    if !totals.isFinite, try !goesOn(without: totals) { return nil }
    try settleCheckpoint(allWritten: totals.lastSaved)
    let seconds = (ContinuousClock.now - begun) / .seconds(1)
    let metrics = metrics(of: step, totals, seconds: seconds)
    let opensEpoch = step.isMultiple(of: horizon.stepsPerEpoch)
    progress.take(metrics, opensEpoch: opensEpoch)
    if opensEpoch { epochTimes.clear() }
    intervalTimes.add(engine.nanoseconds)
    epochTimes.add(engine.nanoseconds)
    progress.ruleMemory = engine.optimizer.memory
    progress.seconds = earlier + (ContinuousClock.now - self.begun) / .seconds(1)
    return metrics
  }

  /// Brings the samples of its round into a network; returns why some of them could not be read.
  func fetch(_ step: Int, into network: Network) -> Failure? {
    do {
      try loader.take(
        step: step,
        network.batch.positions,
        into: network.images,
        network.targets,
        team: team
      )
      return nil
    } catch {
      return error
    }
  }

  /// Throws the failure of the first rank that has one, on all ranks.
  private func agree(on unread: Failure?) throws {
    try communicator.together { if let unread { throw unread } }
    preconditionFailure("a rank said that it cannot read, and none says why")
  }

  /// α, η, λ and what else the rule is told of the step; at a restart that resets it the rule
  /// forgets.
  private func scalars(of step: Int) -> StepScalars {
    var forgotten = 0
    if plan.restartMomentum == .reset {
      if horizon.course.restarts(at: step) {
        engine.optimizer.reset()
        progress.skipped.sinceReset = 0
      }
      forgotten = horizon.course.firstStep(ofPeriodAt: step)
    }
    // The rule counts the gradients that it has seen.
    return StepScalars(
      step: step + 1 - forgotten - progress.skipped.sinceReset,
      learningRate: horizon.learningRate,
      multiplier: horizon.multiplier(at: step),
      decay: horizon.decay(at: step),
      l2: plan.l2 ?? 0,
      gradientScale: (plan.maximize ? -1 : 1) / Double(loader.samples(of: step))
    )
  }

  private func metrics(
    of step: Int,
    _ totals: StepEngine.Totals,
    seconds: Double
  ) -> StepMetrics {
    StepMetrics(
      step: step + 1,
      epoch: step / horizon.stepsPerEpoch,
      samples: loader.samples(of: step),
      lossSum: totals.loss,
      penalty: totals.penalty,
      correct: totals.correct,
      correct5: model.classes > SoftmaxCrossEntropy.nearest ? totals.correct5 : nil,
      gradientNorm: totals.gradientNorm,
      multiplier: horizon.multiplier(at: step),
      decay: horizon.decayPart(at: step),
      isSkipped: !totals.isFinite,
      skippedSteps: plan.onNonFinite == .skip
        ? progress.skipped.total + (totals.isFinite ? 0 : 1) : nil,
      seconds: seconds
    )
  }
}
