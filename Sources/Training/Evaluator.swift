import Collectives
import Datasets
import Kernels
import Networks
import Runs
import Tensors

/// Loss and accuracy over a whole dataset, every image exactly once, with the same bits on any
/// number of ranks and threads.
///
/// The images are cut into chunks of 100, dealt to the ranks in contiguous runs; losses are summed
/// in Float64 in sample order inside a chunk, then over chunks in the canonical tree.
public final class Evaluator {
  /// Images of a chunk.
  public static let chunk = 100

  private let loader: SampleLoader
  private let team: ThreadTeam
  private let communicator: any Communicator
  let network: Network
  private var chunks: EvaluationChunks

  /// An evaluator of `model` with the given parameters (a whole-layout buffer) on `dataset`.
  public init(
    _ model: Model,
    parameters: FloatBuffer,
    dataset: any ImageDataset,
    normalization: Normalization,
    communicator: any Communicator,
    team: ThreadTeam,
    kernels: KernelSet,
    options: NetworkOptions = NetworkOptions()
  ) {
    (self.team, self.communicator) = (team, communicator)
    loader = SampleLoader(
      dataset,
      normalization: normalization,
      batchSize: Self.chunk,
      order: .file
    )
    chunks = EvaluationChunks(images: dataset.count, communicator)
    network = Network(
      model,
      batch: Self.batch(images: dataset.count),
      mode: .inference,
      parameters: parameters,
      gradients: [],
      smoothing: 0,
      team: team,
      kernels: kernels,
      crossLane: nil,
      options: options
    )
  }

  /// The samples that are evaluated at a time.
  private static func batch(images: Int) -> BatchLayout {
    BatchLayout(lanes: 1, held: 0..<1, fullBatch: min(chunk, images))
  }

  /// Bytes that evaluating `images` images takes on each rank besides the parameters.
  public static func bytes(
    _ model: Model,
    images: Int = chunk,
    threads: Int,
    options: NetworkOptions = NetworkOptions()
  ) -> Int {
    let sizes = Network.sizes(
      model,
      batch: batch(images: images),
      mode: .inference,
      threads: threads,
      options: options
    )
    return sizes.arenaBytes + sizes.scratchBytes
  }

  /// Where each rank's images start, and the end of the last: R + 1 numbers.
  public var imageOffsets: [Int] { chunks.imageOffsets }

  /// Evaluates; `logits` is told, chunk by chunk on the rank that has it, the number of the first
  /// image and the chunk's logits; images may be `mirrored`.
  ///
  /// Every rank must call it; all get the same result. Throws `Failure`: .data with the same
  /// sentence on all ranks for an image that cannot be read, .launch when a rank is lost.
  public func evaluate(
    mirrored: Bool = false,
    logits: ((_ first: Int, _ values: UnsafeBufferPointer<Float>) -> Void)? = nil
  ) throws -> EvaluationResult {
    try communicator.together {
      for chunk in chunks.own { try sumUp(chunk, mirrored, logits) }
    }
    return try chunks.result(classes: network.model.classes)
  }

  /// The first value of forward that is not finite among this rank's images, with the number of its
  /// image; nil where all are.
  ///
  /// Throws `Failure` (.data) for an image that cannot be read.
  func firstNonFinite() throws -> (value: Network.NonFiniteValue, image: Int)? {
    for chunk in chunks.own {
      try take(chunk)
      guard let value = try network.firstNonFinite() else { continue }
      return (value, chunks.images(of: chunk).lowerBound + value.sample)
    }
    return nil
  }

  /// Brings a chunk's images into the network.
  private func take(_ chunk: Int, mirrored: Bool = false) throws {
    network.batch.begin(samples: loader.samples(of: chunk))
    try loader.take(
      step: chunk,
      network.batch.positions,
      mirrored: mirrored,
      into: network.images,
      network.targets,
      team: team
    )
  }

  /// Evaluates a chunk of this rank; throws `Failure` (.data) for an image that cannot be read.
  private func sumUp(
    _ chunk: Int,
    _ mirrored: Bool,
    _ logits: ((_ first: Int, _ values: UnsafeBufferPointer<Float>) -> Void)?
  ) throws {
    try take(chunk, mirrored: mirrored)
    try network.forward()
    let record = LaneRecord(network.records)
    chunks.set(
      chunk,
      EvaluationChunks.Sums(
        loss: record.loss,
        correct: record.correct,
        correct5: record.correct5
      )
    )
    let count = network.batch.localSamples * network.model.classes
    logits?(
      chunks.images(of: chunk).lowerBound,
      UnsafeBufferPointer(start: network.logits, count: count)
    )
  }
}
