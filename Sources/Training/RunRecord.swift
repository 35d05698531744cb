import Collectives
import DataParallel
import Datasets
import Foundation
import Kernels
import Networks
import Optimizers
import Tensors

/// run.json: what ran and where, everything that explains a result but is not in the plan.
public struct RunRecord: Codable, Sendable {
  /// What the executable knows of this process.
  public struct Launch: Codable, Sendable {
    /// Version of this program.
    public let version: String
    /// MPI's name and version, "none" without.
    public let mpi: String
    /// The command line.
    public let command: [String]

    /// The facts.
    public init(version: String, mpi: String, command: [String]) {
      (self.version, self.mpi, self.command) = (version, mpi, command)
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
  let started: String
  let hosts: [String]
  let ranks: Int
  let threads: [Int]
  let lanes: Int
  let blas: String
  let blasCores: [String]
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
  let trainImages: Int
  let testImages: Int
  let stepsPerEpoch: Int

  init(
    _ trainer: Trainer,
    source: DataSource,
    placement: Placement,
    communicator: any Communicator,
    launch: Launch
  ) throws {
    self.launch = launch
    started = ISO8601DateFormatter().string(from: Date())
    (hosts, ranks, threads) = (communicator.hosts, communicator.size, placement.threadsByRank)
    lanes = trainer.plan.lanes
    (blas, blasCores) = (BLAS.configuration, placement.blasCores)
    kernelLevel = placement.level.rawValue
    convolutions = Dictionary(
      uniqueKeysWithValues: trainer.plan.convolutions.algorithms(of: trainer.model)
        .map { ($0.name, $0.algorithm) }
    )
    fusionsOff = Fusion.allCases.filter(trainer.plan.fusionsOff.contains).map(\.rawValue)
    dialect = trainer.plan.dialect.rawValue
    learningRate = trainer.horizon.learningRate
    (decay, normalizedDecay) = (trainer.horizon.decay, trainer.horizon.normalizedDecay)
    let (course, perEpoch) = (trainer.horizon.course, trainer.horizon.stepsPerEpoch)
    periods = trainer.horizon.decays.enumerated().map { number, decay in
      Period(
        firstEpoch: course.periodStarts[number] / perEpoch + 1,
        epochs: course.periodEpochs[number],
        decay: decay
      )
    }
    model = trainer.model.name
    parameters = trainer.model.layout.parameterCount
    multiplyAdds = trainer.model.multiplyAdds
    arenaBytes = trainer.arenaBytes
    optimizerStateBytes = try communicator.allGather([trainer.optimizer.stateBytes]).map { $0[0] }
    (trainImages, testImages) = (source.train.count, source.test.count)
    stepsPerEpoch = trainer.horizon.stepsPerEpoch
  }
}
