import Collectives
import Datasets
import Foundation
import Kernels
import MPICollectives
import Networks
import Optimizers
import Plans
import Tensors
import TestSupport
import Training

/// Trains a tiny network on many ranks, a lane each, and compares bits with one process and traffic
/// with the closed forms.
///
///     scale-probe N                  N ranks as threads of this process
///     mpirun -n N scale-probe        N ranks over MPI
@main
enum ScaleProbe {
  /// What a rank reports.
  struct Report: Sendable {
    let digest: Digest
    let sent: Traffic
    let expected: Traffic
    let secondsPerStep: Double
  }

  static let steps = 4

  static func main() throws {
    let environment = ProcessInfo.processInfo.environment
    if LaunchVariables.isLaunched(environment) {
      let world = try MPIWorld(environment: environment)
      let ranks = world.communicator.size
      do {
        let own = try train(world.communicator, lanes: ranks)
        let reports = try gather(own, world.communicator)
        let alone = try world.communicator.rank == 0 ? train(SoloCommunicator(), lanes: ranks) : own
        if world.communicator.rank == 0 { show("mpirun", reports, alone) }
      } catch {
        FileHandle.standardError.write(Data("rank \(world.communicator.rank): \(error)\n".utf8))
        world.communicator.abort(1)
      }
      try world.finish()
    } else {
      let ranks = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 64
      let reports = try ThreadWorld.run(ranks: ranks) { try train($0, lanes: ranks) }
      show("threads", reports, try train(SoloCommunicator(), lanes: ranks))
    }
  }

  /// conv 3×3 stride 2 of 4 channels – BatchNorm over the global batch – ReLU – dense: 11 granules,
  /// fewer than ranks.
  static func model() -> Model {
    var net = ModelBuilder(input: SyntheticImages(.train).shape)
    var x = net.add("conv1", Convolution(outputs: 4, kernel: 3, stride: 2, padding: 1), net.input)
    x = net.add("bn1", BatchNorm(), x)
    x = net.add("relu", Rectifier(), x)
    _ = net.add("fc", Dense(outputs: 10), x)
    return net.model("probe")
  }

  static func train(_ communicator: any Communicator, lanes: Int) throws -> Report {
    var plan = TrainingPlan()
    plan.lanes = lanes
    plan.batchSize = lanes
    plan.epochs = 1
    plan.steps = steps
    let team = threadTeam(size: 1) { BLAS.useOneThread() }
    let engine = try StepEngine(
      plan,
      model: model(),
      rule: try plan.updateRule,
      communicator: communicator,
      team: team,
      kernels: KernelSet(.best),
      bucketGranules: StepEngine.bucketGranules
    )
    model().initialize(engine.parameters, seed: plan.seed)
    let data = SyntheticImages(.train)
    let loader = SampleLoader(
      data,
      normalization: SyntheticImages.normalization,
      augmentations: plan.augmentations,
      seed: plan.seed,
      batchSize: lanes,
      order: .shuffled
    )
    let before = communicator.traffic
    let clock = ContinuousClock.now
    for step in 0..<steps {
      engine.begin(step: step, samples: lanes)
      engine.begin(round: 0)
      try loader.take(
        step: step,
        engine.batch.positions,
        into: engine.network.images,
        engine.network.targets,
        team: team
      )
      try engine.forward()
      try engine.backward()
      _ = try engine.total(
        StepScalars(
          step: step + 1,
          learningRate: 1e-3,
          multiplier: 1,
          decay: 1e-4,
          gradientScale: 1 / Double(lanes)
        )
      )
      try engine.update()
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(Double(steps))
    var digest = Digest()
    digest.update(UnsafeBufferPointer(engine.parameters.elements))
    var expected = Traffic()
    for _ in 0..<steps {
      let form = TrafficForms(ranks: communicator.size)
      let one = form.step(
        engine.reduction,
        rank: communicator.rank,
        present: lanes,
        recordWidth: engine.network.recordWidth,
        // Forward: (n, mean, M2) of 4 channels; backward: two sums of 4.
        sums: lanes > 1 ? [(9, lanes), (8, lanes)] : []
      )
      expected.messages += one.messages
      expected.bytes += one.bytes
    }
    return Report(
      digest: digest,
      sent: communicator.traffic - before,
      expected: expected,
      secondsPerStep: seconds
    )
  }

  private static func gather(_ own: Report, _ communicator: any Communicator) throws -> [Report] {
    let numbers = [
      own.sent.messages, own.sent.bytes, own.expected.messages, own.expected.bytes,
      Int(bitPattern: UInt(own.digest.value)),
    ]
    return try communicator.allGather(numbers).map { n in
      var (sent, expected) = (Traffic(), Traffic())
      (sent.messages, sent.bytes, expected.messages, expected.bytes) = (n[0], n[1], n[2], n[3])
      let same = n[4] == numbers[4]
      return Report(
        digest: same ? own.digest : Digest(),
        sent: sent,
        expected: expected,
        secondsPerStep: own.secondsPerStep
      )
    }
  }

  private static func show(_ kind: String, _ reports: [Report], _ alone: Report) {
    let same = reports.allSatisfy { $0.digest == alone.digest }
    let forms = reports.allSatisfy {
      $0.sent.messages == $0.expected.messages && $0.sent.bytes == $0.expected.bytes
    }
    func span(_ value: (Report) -> Int) -> String {
      let values = reports.map { value($0) / steps }
      return "\(values.min() ?? 0) to \(values.max() ?? 0)"
    }
    print("\(kind): \(reports.count) ranks, a lane each, \(steps) steps")
    print("  same bits as one process  \(same ? "yes" : "NO")  (\(alone.digest))")
    print("  traffic as closed forms   \(forms ? "yes" : "NO")")
    print("  messages a rank and step  \(span { $0.sent.messages })")
    print("  bytes a rank and step     \(span { $0.sent.bytes })")
    print("  seconds a step            \(significant(reports[0].secondsPerStep))")
    if !same || !forms { exit(1) }
  }
}
