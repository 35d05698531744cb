import Datasets
import Kernels
import Networks
import Optimizers
import Plans
import Tensors

/// run.json: what ran and where, everything that explains a result but is not in the plan.
public struct RunRecord: Codable, Sendable {
  /// The file's name in a run folder.
  public static let name = "run.json"

  /// What the executable knows of this process.
  public struct Launch: Codable, Sendable {
    /// Version of this program.
    public let version: String
    /// MPI's name and version, "none" without.
    public let mpi: String
    /// The git revision it was built from, or "unknown".
    public let revision: String
    /// The command line.
    public let command: [String]

    /// A launch of that program.
    public init(version: String, mpi: String, revision: String = "unknown", command: [String]) {
      (self.version, self.mpi, self.command) = (version, mpi, command)
      self.revision = revision
    }
  }

  /// Where the run takes place, as its ranks agreed.
  public struct Place: Sendable {
    /// The host of each rank.
    public let hosts: [String]
    /// Threads of each rank.
    public let threads: [Int]
    /// The core that OpenBLAS chose on each rank.
    public let blasCores: [String]
    /// The instruction set of the kernels.
    public let kernelLevel: KernelLevel
    /// Bytes of activations and their gradients on rank 0.
    public let arenaBytes: Int
    /// Bytes of optimizer state on each rank.
    public let optimizerStateBytes: [Int]

    /// A place; the lists have an entry a rank.
    public init(
      hosts: [String],
      threads: [Int],
      blasCores: [String],
      kernelLevel: KernelLevel,
      arenaBytes: Int,
      optimizerStateBytes: [Int]
    ) {
      (self.hosts, self.threads, self.blasCores) = (hosts, threads, blasCores)
      (self.kernelLevel, self.arenaBytes) = (kernelLevel, arenaBytes)
      self.optimizerStateBytes = optimizerStateBytes
    }
  }

  /// A restart period; a schedule without restarts has one.
  struct Period: Codable {
    /// The first of its epochs, counted from 1.
    let firstEpoch: Int
    /// T, the epochs of the whole period, even where the run ends inside it.
    let epochs: Double
    /// λ in it.
    let decay: Double
  }

  let launch: Launch
  package let numericsVersion: Int
  let metricsSchema: Int
  let started: String
  let hosts: [String]
  let ranks: Int
  let threads: [Int]
  let lanes: Int
  let blas: String
  package let blasCores: [String]
  let kernelLevel: String
  let convolutions: [String: ConvolutionAlgorithm]
  let fusionsOff: [String]
  let dialect: String
  let learningRate: Double
  let decay: Double
  let normalizedDecay: Double
  let periods: [Period]
  let model: String
  let parameters: Int
  let multiplyAdds: Int
  let arenaBytes: Int
  let optimizerStateBytes: [Int]
  /// What the data are; nil where that is not known.
  package let data: DataDigest?
  let trainImages: Int
  /// Nil where none are held out.
  let valImages: Int?
  /// Nil where there are none.
  let testImages: Int?
  let stepsPerEpoch: Int
  /// Every start of the run, the last one last.
  package var sessions: [RunSession]

  /// The record of a run of `plan` over the images of `source`, which come to `horizon`; `data` is
  /// their digest, nil where it is not known.
  public init(
    _ plan: TrainingPlan,
    _ horizon: Horizon,
    _ model: Model,
    _ source: DataSource,
    _ data: DataDigest?,
    place: Place,
    launch: Launch,
    sessions: [RunSession] = []
  ) {
    (self.launch, self.sessions) = (launch, sessions)
    (numericsVersion, metricsSchema) = (Plans.numericsVersion, MetricsRow.schema)
    started = sessions.first?.began ?? RunProcess.now
    (hosts, ranks, threads) = (place.hosts, place.hosts.count, place.threads)
    lanes = plan.lanes
    (blas, blasCores) = (BLAS.configuration, place.blasCores)
    kernelLevel = place.kernelLevel.rawValue
    convolutions = Dictionary(
      uniqueKeysWithValues: plan.convolutions.algorithms(of: model).map { ($0.name, $0.algorithm) }
    )
    fusionsOff = Fusion.allCases.filter(plan.fusionsOff.contains).map(\.rawValue)
    dialect = plan.dialect.rawValue
    learningRate = horizon.learningRate
    (decay, normalizedDecay) = (horizon.decay, horizon.normalizedDecay)
    let (course, perEpoch) = (horizon.course, horizon.stepsPerEpoch)
    periods = horizon.decays.enumerated().map { number, decay in
      Period(
        firstEpoch: course.periodStarts[number] / perEpoch + 1,
        epochs: course.periodEpochs[number],
        decay: decay
      )
    }
    self.model = model.name
    parameters = model.layout.parameterCount
    multiplyAdds = model.multiplyAdds
    (arenaBytes, optimizerStateBytes) = (place.arenaBytes, place.optimizerStateBytes)
    self.data = data
    (trainImages, valImages) = (source.train.count, source.val?.count)
    testImages = source.test?.count
    stepsPerEpoch = horizon.stepsPerEpoch
  }
}
