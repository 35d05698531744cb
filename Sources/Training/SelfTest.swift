import Collectives
import Datasets
import Kernels
import Networks
import Plans
import Runs
import Tensors

/// One process against three ranks in process on a small network: the parameters after some steps
/// must be equal bit by bit.
public enum SelfTest {
  /// What came out.
  public struct Verdict: Sendable {
    /// Digest of the parameters after one process's steps.
    public let alone: Digest
    /// Digest after the same steps on three ranks.
    public let together: Digest
    /// Whether they are equal.
    public var passed: Bool { alone == together }
  }

  /// Trains smallcnn for three steps of 40 built-in images both ways, a few seconds; throws what a
  /// training throws.
  public static func run() throws -> Verdict {
    // Two of the first training, three of the ranks.
    try ThreadSpace.admit(threads: 5)
    var plan = TrainingPlan()
    plan.model = "smallcnn"
    plan.batchSize = 40
    plan.steps = 3
    plan.epochs = 1
    let source = DataSource(
      name: "selftest",
      train: FirstImages(SyntheticImages(.train), count: 110),
      test: FirstImages(SyntheticImages(.test), count: 20),
      normalization: SyntheticImages.normalization
    )
    let alone = try digest(plan, source, SoloCommunicator(), threads: 2)
    let together = try ThreadWorld.run(ranks: 3) { [plan] communicator in
      try digest(plan, source, communicator, threads: 1)
    }
    return Verdict(alone: alone, together: together[0])
  }

  private static func digest(
    _ plan: TrainingPlan,
    _ source: DataSource,
    _ communicator: any Communicator,
    threads: Int
  ) throws -> Digest {
    let placement = try Placement(
      communicator,
      threads: threads,
      pin: false,
      kernels: .auto,
      allowMixedCPU: false
    )
    let model = try ModelCatalog.model(
      plan.model,
      input: source.train.shape,
      classes: source.train.classes.count
    )
    let environment = try RunEnvironment(communicator, placement, source)
    let trainer = try Trainer(plan, model: model, in: environment)
    _ = try trainer.run(Silence())
    var digest = Digest()
    digest.update(UnsafeBufferPointer(trainer.parameters.elements))
    return digest
  }

  private final class Silence: TrainingObserver {}

  /// The first images of a dataset.
  private struct FirstImages: ImageDataset {
    let whole: any ImageDataset
    let count: Int
    var shape: ImageShape { whole.shape }
    var classes: [String] { whole.classes }

    init(_ whole: any ImageDataset, count: Int) {
      self.whole = whole
      self.count = count
    }

    func label(_ index: Int) -> Int { whole.label(index) }

    func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
      try whole.readPixels(index, into: pixels)
    }
  }
}
