import Tensors

/// Turns images into the normalised Float samples that a network reads, on any thread.
///
/// What it writes for (index, epoch) depends on nothing else than the seed, so any thread on any
/// rank may read any sample in any order.
public final class SampleReader: Sendable {
  /// The shape of every sample.
  public let shape: ImageShape

  private let dataset: any ImageDataset
  private let augmentations: [any Augmentation]
  private let seed: UInt64
  /// (x − mean) / deviation for each channel and byte: channel × 256 + x.
  private let normalized: [Float]
  /// The way of samples for which this table is not enough.
  private let pipeline: FloatPipeline?

  /// A reader of `dataset` that varies training samples by `augmentations`, in their order; `seed`
  /// is the run's.
  public init(
    _ dataset: any ImageDataset,
    normalization: Normalization,
    augmentations: [any Augmentation] = [],
    seed: UInt64 = 0
  ) {
    precondition(
      normalization.mean.count == dataset.shape.channels,
      "\(normalization.mean.count) constants for \(dataset.shape) images"
    )
    self.dataset = dataset
    shape = dataset.shape
    self.augmentations = augmentations
    self.seed = seed
    normalized = zip(normalization.mean, normalization.deviation).flatMap { mean, deviation in
      (0..<256).map { (Float($0) - mean) / deviation }
    }
    pipeline = FloatPipeline(augmentations, normalization, dataset.shape)
  }

  /// Writes a sample as height × width × channels values and returns its label.
  ///
  /// `epoch` is nil for evaluation: the image as it is, or `mirrored`. Throws the `.data` failure of
  /// an image that cannot be read; the sample is then left as it was.
  public func read(
    _ index: Int,
    epoch: Int?,
    mirrored: Bool = false,
    into sample: UnsafeMutablePointer<Float>
  ) throws(Failure) -> Int {
    let draws = epoch.map { SampleDraws(seed: seed, index: index, epoch: $0) }
    if let pipeline {
      try withScratchBytes(shape.count) { pixels throws(Failure) in
        try dataset.readPixels(index, into: pixels)
        pipeline.write(pixels, draws, mirrored: mirrored, into: sample)
      }
    } else {
      let view = view(draws, mirrored)
      try withScratchBytes(shape.count) { pixels throws(Failure) in
        try dataset.readPixels(index, into: pixels)
        normalized.withUnsafeBufferPointer { view.write(pixels, shape, $0, into: sample) }
      }
    }
    if let draws { for augmentation in augmentations { augmentation.change(sample, shape, draws) } }
    return dataset.label(index)
  }

  /// The label of an image.
  func label(_ index: Int) -> Int { dataset.label(index) }

  /// What the sample shows.
  ///
  /// A constant for the loop over pixels: a variable that a closure has captured stays in memory,
  /// which made the loop take half as long again.
  private func view(_ draws: SampleDraws?, _ mirrored: Bool) -> SampleView {
    var view = SampleView()
    view.mirrored = mirrored
    if let draws { for augmentation in augmentations { augmentation.move(&view, draws) } }
    return view
  }
}
