import Datasets
import Kernels
import Networks
import Optimizers
import Pictures
import Tensors

/// Everything a training run is told: one value, made in the executable, validated before any
/// message between ranks.
///
/// What is nil follows from the rest (`learningRate` from the rule, say). Field by field it is
/// described in `PlanField.all`.
public struct TrainingPlan: Sendable, Equatable {
  /// The network's name in the catalog.
  public var model = "resnet20"
  /// How Shake-Shake networks mix their branches in training.
  public var shake: ShakeMode?
  /// "synthetic" or a folder.
  public var data = "synthetic"
  /// A folder of each host into which the data are copied first.
  public var stageTo: String?
  /// The part of the training images to evaluate on instead of the test file.
  public var valFraction: Double?
  /// The part of the training images to train on.
  public var trainFraction: Double?
  /// Which labels of CIFAR-100.
  public var labels = LabelChoice.fine
  /// Height and width that pictures of a folder get; nil: as they are.
  public var imageSize: Int?
  /// How pictures of a folder get another size.
  public var resize = PictureRequest.Filter.antialias
  /// What becomes of pictures that are not square.
  public var crop = PictureRequest.Crop.none
  /// Whether damaged pictures are left out.
  public var skipDamaged = false
  /// What happens to training images.
  public var augment = AugmentationList.cropFlip
  /// The side of the square that a training image loses; 0: none.
  public var cutout = 0
  /// Where the constants of normalisation come from.
  public var normalize = NormalizationChoice.standard

  /// Passes over the training images; with `batchSize` the horizon of schedules.
  public var epochs = 10
  /// Stops after so many steps without moving the horizon.
  public var steps: Int?
  /// b, samples of one update over all ranks.
  public var batchSize = 128
  /// Whether the short batch at an epoch's end is left out.
  public var dropLast = false
  /// The first epochs, in which η rises linearly to 1.
  public var warmupEpochs = 0
  /// The kind of schedule.
  public var schedule = ScheduleName.cosine
  /// What part of a cosine --sched cosine follows.
  public var cosinePeriod: ScheduleShape.Arc?
  /// The epochs after which --sched step falls, rising.
  public var stepEpochs: [Double]?
  /// What --sched step multiplies by.
  public var stepFactor: Double?
  /// The knots of a piecewise schedule, their epochs rising.
  public var knots: [ScheduleKnot]?
  /// T_0 of warm restarts.
  public var restartEpochs: Int?
  /// T_mult of warm restarts.
  public var restartFactor: Double?
  /// η_min of warm restarts.
  public var etaMin: Double?
  /// η_max of warm restarts.
  public var etaMax: Double?
  /// What becomes of the optimizer's state at a restart.
  public var restartMomentum: RestartMomentum?

  /// The update rule's name.
  public var rule = "adamw"
  /// Whose form of it.
  public var dialect = Dialect.paper
  /// α.
  public var learningRate: Double?
  /// β1, β2.
  public var betas: Betas?
  /// ε.
  public var epsilon: Double?
  /// The momentum of SGD and RMSProp.
  public var momentum: Double?
  /// τ of Torch's momentum.
  public var dampening: Double?
  /// Whether the momentum looks ahead.
  public var nesterov = false
  /// Whether Adam's second moment never shrinks.
  public var amsgrad = false
  /// ρ of RMSProp and AdaDelta.
  public var rho: Double?
  /// Whether RMSProp takes the variance.
  public var centered = false
  /// What AdaGrad's sum of squares starts with.
  public var initialAccumulator: Double?
  /// τ of SWATS.
  public var swatsTolerance: Double?
  /// Whether the loss is climbed.
  public var maximize = false
  /// λ, raw.
  public var weightDecay: Double?
  /// λ_norm.
  public var weightDecayNorm: Double?
  /// Allows a raw λ that no run of that length is likely to mean.
  public var allowStrongDecay = false
  /// The coefficient of coupled decay.
  public var l2: Double?
  /// What decoupled decay leaves alone.
  public var noDecay: Set<ParameterGroup> = []
  /// What coupled decay leaves alone.
  public var noL2: Set<ParameterGroup> = []
  /// Factors of α by group of tensors.
  public var learningRateFactors: [ParameterGroup: Double] = [:]
  /// Factors of λ by group of tensors.
  public var decayFactors: [ParameterGroup: Double] = [:]
  /// The most that the norm of the mean gradient may be.
  public var clipNorm: Double?
  /// The decay of the average of the weights.
  public var averageDecay: Double?
  /// Label smoothing.
  public var smoothing = 0.0

  /// BatchNorm's groups.
  public var batchNorm = BatchNormMode.batch
  /// Allows BatchNorm over fewer than 8 samples.
  public var allowSmallBatchNorm = false

  /// L.
  public var lanes = 8
  /// The rounds in which a rank takes its lanes.
  public var accumulate = 1
  /// Key of every random draw.
  public var seed: UInt64 = 1
  /// 1: optimizer state is sharded over ranks; 0: whole on every rank.
  public var zero = 1
  /// Threads of a rank.
  public var threads: Int?
  /// Leaves threads to the scheduler.
  public var noPin = false
  /// The instruction set of the kernels.
  public var kernels = KernelChoice.auto
  /// The way convolutions are computed.
  public var convolutions = ConvolutionChoice.auto
  /// What the planner may not put together.
  public var fusionsOff: Set<Fusion> = []
  /// Allows ranks on CPUs whose OpenBLAS kernels differ.
  public var allowMixedCPU = false

  /// Epochs between evaluations; 0: only at the end.
  public var evalEvery = 1
  /// Whether the model of the best evaluation is kept.
  public var saveBest = false
  /// Stops after so many evaluations in a row without a new best.
  public var earlyStop: Int?
  /// Steps between lines of metrics.
  public var logEvery = 50
  /// Where a trace of a few steps goes.
  public var profile: String?
  /// The run folder.
  public var output: String?
  /// Replaces a run in the output folder.
  public var overwrite = false

  /// Steps between checkpoints; nil: every epoch, unless that costs too much.
  public var checkpointEvery: Int?
  /// Minutes after which there is a checkpoint in any case; 0: never for that reason.
  public var checkpointMinutes = 30.0
  /// How many of the last checkpoints are kept.
  public var keepCheckpoints = 2
  /// Checkpoints of multiples of so many steps are kept for ever.
  public var keepEvery: Int?
  /// Minutes after which a start of the program stops its run.
  public var maxMinutes: Double?
  /// What becomes of a run when a step's loss or gradient is not finite.
  public var onNonFinite = NonFinitePolicy.stop
  /// Every so many steps a step is computed twice and compared; nil: never.
  public var audit: Int?

  /// Seconds after which a rank that is still in a step is held for hung; 0: never, nil: learned.
  public var deadline: Double?
  /// Steps between digests of the state; 0: none.
  public var digestEvery = 1

  /// The defaults.
  public init() {}

  /// The steps that --profile records: the first two warm memory and caches.
  public static let profiledSteps = 3...6

  /// Whether there is to be a digest of the state after `step` steps, whether the run ends there or
  /// not.
  public func wantsDigest(after step: Int) -> Bool {
    digestEvery > 0 && step.isMultiple(of: digestEvery)
  }

  /// How the network is computed, in training and in evaluation.
  public var networkOptions: NetworkOptions {
    NetworkOptions(convolutions: convolutions, without: fusionsOff)
  }
}
