import CPlatform
import Collectives
import Datasets
@preconcurrency import Glibc
import Kernels
import Networks
import Plans
import Runs
import Tensors
import TestSupport
import Training

/// Trains a few steps and has glibc trace every allocation of the process in the second epoch's.
///
/// Arguments: MODEL RANKS THREADS ROUNDS, then a list of augmentations, or `leak` to allocate once in
/// the traced part, which shows that the trace sees it. Needs LD_PRELOAD=libc_malloc_debug.so.0 and MALLOC_TRACE=FILE.
@main
struct StepProbe {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 5, let ranks = Int(arguments[2]), let threads = Int(arguments[3]),
      let rounds = Int(arguments[4])
    else {
      fputs("step-probe MODEL RANKS THREADS ROUNDS [leak|AUGMENT]\n", stderr)
      exit(64)
    }
    let last = arguments.dropFirst(5).first
    let leaks = last == "leak"
    let augment = try last.flatMap { leaks ? nil : try AugmentationList($0) }
    let model = arguments[1]
    if ranks == 1 {
      try train(model, SoloCommunicator(), threads, rounds, leaks, augment)
    } else {
      _ = try ThreadWorld.run(ranks: ranks) {
        try train(model, $0, threads, rounds, leaks, augment)
      }
    }
  }

  /// Thirteen steps of five an epoch, each fifth a short batch, without evaluations in between.
  private static func train(
    _ name: String,
    _ communicator: any Communicator,
    _ threads: Int,
    _ rounds: Int,
    _ leaks: Bool,
    _ augment: AugmentationList?
  ) throws {
    var plan = TrainingPlan()
    (plan.batchSize, plan.epochs, plan.steps, plan.evalEvery) = (24, 3, 13, 0)
    if rounds > 1 {
      (plan.accumulate, plan.batchNorm, plan.allowSmallBatchNorm) = (rounds, .lane, true)
    }
    if let augment { plan.augment = augment } else { plan.cutout = 5 }
    // The second period begins with the traced steps, and so they begin with a reset.
    (plan.schedule, plan.restartEpochs, plan.restartMomentum) = (.warmRestarts, 1, .reset)
    let images = ImageBytes(
      shape: ImageShape(height: 16, width: 16, channels: 3),
      labels: (0..<101).map { $0 % 10 }
    ) { UInt8(truncatingIfNeeded: $0 * 31 + $1 * 7) }
    let source = DataSource(
      name: "probe",
      train: images,
      test: images,
      normalization: Normalization(mean: [128, 128, 128], deviation: [60, 60, 60])
    )
    let placement = try Placement(
      communicator,
      threads: threads,
      pin: false,
      kernels: .auto,
      allowMixedCPU: false
    )
    let environment = try RunEnvironment(communicator, placement, source)
    let trainer = try Trainer(
      plan,
      model: try ModelCatalog.model(name, input: images.shape, classes: 10),
      in: environment,
      bucketGranules: 16
    )
    // It looks in the traced steps, too.
    let watchdog = Watchdog(
      environment.team.clock,
      SectionDeadlines(step: nil),
      communicator,
      tick: 0.0005
    )
    try watchdog.meet(communicator)
    _ = try withExtendedLifetime(watchdog) { try trainer.run(Window(communicator, leaks: leaks)) }
  }

  /// Traces steps 6 to 10 of all ranks: an epoch whose last batch is short, between what is kept of
  /// the restart periods around it.
  ///
  /// Barriers on both sides of a change: no rank is still in the step before, none is already in
  /// the one after.
  private final class Window: TrainingObserver {
    private let communicator: any Communicator
    private let leaks: Bool
    /// Keeps the compiler from seeing that nobody needs it.
    private var leak: UnsafeMutableRawPointer?

    init(_ communicator: any Communicator, leaks: Bool) {
      (self.communicator, self.leaks) = (communicator, leaks)
    }

    deinit { free(leak) }

    func finished(step: StepMetrics, interval: MetricsSums) throws {
      let leads = communicator.rank == 0
      switch step.step {
      case 7 where leaks && leads: leak = malloc(12_345)
      case 10: try alone { if leads { muntrace() } }
      default: break
      }
    }

    private func alone(_ change: () -> Void) throws {
      try communicator.barrier()
      change()
      try communicator.barrier()
    }

    func keep(_ parameters: FloatBuffer, as reason: KeptModel, _ progress: RunProgress) throws {
      if progress.step == 5 { try alone { if communicator.rank == 0 { mtrace() } } }
    }
  }
}
