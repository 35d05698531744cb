import Checkpoints
import Collectives
import DataParallel
import Kernels
import Networks
import Optimizers
import Plans
import Tensors
import Training

/// Times whole steps of a plan on images in memory: forward, backward, reduction, update and
/// gather, on all ranks together.
public struct StepBench: Sendable {
  /// What came out, alike on all ranks but for `times`.
  public struct Result: Sendable {
    /// Seconds of a step in each repeat: the slowest rank's.
    public let seconds: [Double]
    /// Where rank 0's time went.
    public let times: TimeByKind
    /// Where it ran.
    public let placement: Placement
    /// The most bytes of any rank's process.
    public let peak: Int
    /// The most bytes that planning and stepping added to any rank's process.
    public let added: Int
    /// What was foreseen for the largest rank.
    public let planned: StepMemory
  }

  /// The plan; its data, epochs and schedule are not used.
  public let plan: TrainingPlan
  /// The network.
  public let model: Model
  /// How often steps are timed.
  public let repeats: Int
  /// Steps of a repeat.
  public let steps: Int

  /// Steps before the first that is timed.
  private static let warmUp = 2

  /// A bench of a valid plan.
  public init(_ plan: TrainingPlan, model: Model, repeats: Int, steps: Int) {
    (self.plan, self.model, self.repeats, self.steps) = (plan, model, repeats, steps)
  }

  /// Runs it; every rank calls it.
  ///
  /// Throws `Failure` on all ranks: .usage for plans that differ or do not fit into memory, .launch
  /// for CPUs that do not go together or a lost rank, .file for a profile that cannot be written,
  /// .diverged for a step that is not finite.
  public func run(_ communicator: any Communicator) throws -> Result {
    try SameEverywhere.check(plan, communicator)
    let placement = try Placement(
      communicator,
      threads: plan.threads,
      pin: !plan.noPin,
      kernels: plan.kernels,
      allowMixedCPU: plan.allowMixedCPU
    )
    try MemoryCheck.admit(plan, model, placement, communicator)
    let planned = try communicator.together {
      if let profile = plan.profile, communicator.rank == 0 { try AtomicFile.admit(profile) }
      return try StepMemory(
        plan,
        model,
        ranks: communicator.size,
        threads: placement.threadsByRank.max() ?? 1
      )
    }
    let before = ProcessMemory.resident
    let team = try communicator.together { try placement.team(rank: communicator.rank) }
    let horizon = try Horizon(plan, samples: plan.batchSize)
    let engine = try StepEngine(
      plan,
      model: model,
      rule: horizon.rule,
      communicator: communicator,
      team: team,
      kernels: KernelSet(placement.level),
      bucketGranules: StepEngine.bucketGranules
    )
    if communicator.rank == 0 { model.initialize(engine.parameters, seed: plan.seed) }
    try communicator.broadcast(engine.parameters.bytes, root: 0)
    let (seconds, times) = try time(engine, horizon, communicator, team)
    let memory = try communicator.allGather([ProcessMemory.peak, ProcessMemory.peak - before])
    if let profile = plan.profile {
      try write(profile, engine, horizon, communicator, team)
    }
    return Result(
      seconds: seconds,
      times: times,
      placement: placement,
      peak: memory.map { $0[0] }.max() ?? 0,
      added: memory.map { $0[1] }.max() ?? 0,
      planned: planned
    )
  }

  private func time(
    _ engine: StepEngine,
    _ horizon: Horizon,
    _ communicator: any Communicator,
    _ team: ThreadTeam
  ) throws -> ([Double], TimeByKind) {
    let recorder = LoopRecorder(members: team.size, capacity: engine.recordsOfAStep)
    team.recorder = recorder
    let names = engine.network.stageNames
    var (seconds, times, number) = ([Double](), TimeByKind(), 0)
    for _ in 0..<Self.warmUp + repeats * steps {
      recorder.isOn = false
      team.clock.begin(step: number)
      recorder.clear()
      recorder.isOn = number >= Self.warmUp
      number += 1
      let begin = LoopRecorder.now
      let totals = try StepSection.step.measure(team) {
        try step(number, engine, horizon, communicator, team)
      }
      // What is read is not counted.
      let own = LoopRecorder.now - begin - team.clock.spent(in: StepSection.read.rawValue)
      guard totals.isFinite else {
        throw Failure(.diverged, "step \(number) is not finite.", isAgreed: true)
      }
      let slowest = try communicator.allGather([own]).map { $0[0] }.max() ?? own
      guard number > Self.warmUp else { continue }
      seconds.append(Double(slowest) / 1e9)
      times.add(recorder, stageNames: names)
    }
    let means = (0..<repeats).map { first in
      seconds[first * steps..<(first + 1) * steps].reduce(0, +) / Double(steps)
    }
    return (means, times)
  }

  /// Takes some steps more and writes their trace to `path`.
  private func write(
    _ path: String,
    _ engine: StepEngine,
    _ horizon: Horizon,
    _ communicator: any Communicator,
    _ team: ThreadTeam
  ) throws {
    let count = TrainingPlan.profiledSteps.count
    let recorder = LoopRecorder(members: team.size, capacity: count * engine.recordsOfAStep)
    team.recorder = recorder
    defer { team.recorder = nil }
    recorder.isOn = true
    for number in 1...count {
      team.clock.begin(step: number - 1)
      _ = try StepSection.step.measure(team) {
        try step(number, engine, horizon, communicator, team)
      }
    }
    recorder.isOn = false
    try StepTrace.write(
      recorder,
      stageNames: engine.network.stageNames,
      communicator,
      to: path
    )
  }

  /// The `number`-th step, counted from 1.
  private func step(
    _ number: Int,
    _ engine: StepEngine,
    _ horizon: Horizon,
    _ communicator: any Communicator,
    _ team: ThreadTeam
  ) throws -> StepEngine.Totals {
    engine.begin(step: number - 1, samples: plan.batchSize)
    for round in engine.rounds {
      engine.begin(round: round)
      try StepSection.read.measure(team) {
        fill(engine, team)
        // All ranks begin together.
        if round == 0 { try communicator.barrier() }
      }
      try engine.forward()
      try engine.backward()
    }
    let scalars = StepScalars(
      step: number,
      learningRate: horizon.learningRate,
      multiplier: 1,
      decay: horizon.decay,
      l2: plan.l2 ?? 0,
      gradientScale: 1 / Double(plan.batchSize)
    )
    let totals = try engine.total(scalars)
    if totals.isFinite { try engine.update() }
    if plan.wantsDigest(after: number) { engine.takeDigest() }
    return totals
  }

  /// Noise as images; the same in every step, but written anew, since a step may use their memory
  /// for something else.
  private func fill(_ engine: StepEngine, _ team: ThreadTeam) {
    let (network, count, classes) = (engine.network, model.input.count, model.classes)
    let first = engine.batch.firstSample
    team.run(engine.batch.localSamples) { sample, _ in
      var state = UInt64(first + sample + 1) &* 0x9E37_79B9_7F4A_7C15
      let image = network.images + sample * count
      for i in 0..<count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        image[i] = Float(state >> 40) * 0x1p-23 - 1
      }
      network.targets[sample] = SampleTarget((first + sample) % classes)
    }
  }
}
