import Tensors

/// Turns images into the normalised Float samples that a network reads, on any thread.
///
/// What it writes for (index, epoch) depends on nothing else than the seed, so any thread on any
/// rank may read any sample in any order.
public final class SampleReader: Sendable {
  /// Zeros around an image before it is cropped, on every side.
  public static let padding = 4

  /// The shape of every sample.
  public let shape: ImageShape

  private let dataset: any ImageDataset
  private let augmentation: Augmentation
  private let cutout: Cutout
  private let seed: UInt64
  /// (x − mean) / deviation for each channel and byte: channel × 256 + x.
  private let normalized: [Float]

  /// A reader of `dataset`; `cutout` is the side of the square that training samples lose, 0 for none, `seed` the run's.
  public init(
    _ dataset: any ImageDataset,
    normalization: Normalization,
    augmentation: Augmentation,
    cutout: Int = 0,
    seed: UInt64
  ) {
    precondition(
      normalization.mean.count == dataset.shape.channels,
      "\(normalization.mean.count) constants for \(dataset.shape) images"
    )
    self.dataset = dataset
    shape = dataset.shape
    self.augmentation = augmentation
    self.cutout = Cutout(size: cutout, seed: seed)
    self.seed = seed
    normalized = zip(normalization.mean, normalization.deviation).flatMap { mean, deviation in
      (0..<256).map { (Float($0) - mean) / deviation }
    }
  }

  /// Writes a sample as height × width × channels values and returns its label.
  ///
  /// `epoch` is nil for evaluation: the image as it is. In training with `.cropFlip` the draws of
  /// (index, epoch) are, in this order: mirrored or not, the row and the column, each 0…8, at which
  /// the padded image is cropped. Padding comes after normalisation, so it is 0, the mean colour; a
  /// mirrored sample is the mirrored crop. What a cutout clears comes last, with draws of its own.
  public func read(
    _ index: Int,
    epoch: Int?,
    into sample: UnsafeMutablePointer<Float>
  ) -> Int {
    var view = View(mirrored: false, down: 0, right: 0)
    if let epoch, augmentation == .cropFlip {
      var draws = RandomDraws(seed: seed, purpose: .augmentation, sample: index, step: epoch)
      let reach = 2 * Self.padding + 1
      view.mirrored = draws.integer(below: 2) == 1
      view.down = draws.integer(below: reach) - Self.padding
      view.right = draws.integer(below: reach) - Self.padding
    }
    withPixels { pixels in
      dataset.readPixels(index, into: pixels)
      normalized.withUnsafeBufferPointer { write(pixels, $0, view, into: sample) }
    }
    if let epoch { cutout.apply(index, epoch: epoch, shape, to: sample) }
    return dataset.label(index)
  }

  /// What a sample shows of its image.
  private struct View {
    var mirrored: Bool
    /// Rows of the image above the sample's first; negative: zeros above the image.
    var down: Int
    /// The same for columns, before mirroring.
    var right: Int
  }

  /// Room for the bytes of an image, on the stack up to 4096 of them.
  ///
  /// The standard library's temporary memory alone would be on the heap from 1025 bytes on.
  @inline(__always)
  private func withPixels(_ body: (UnsafeMutablePointer<UInt8>) -> Void) {
    if shape.count <= 4096 {
      var pixels = InlineArray<4096, UInt8>(repeating: 0)
      var span = pixels.mutableSpan
      span.withUnsafeMutableBufferPointer { if let start = $0.baseAddress { body(start) } }
    } else {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shape.count) {
        if let start = $0.baseAddress { body(start) }
      }
    }
  }

  private func write(
    _ pixels: UnsafeMutablePointer<UInt8>,
    _ normalized: UnsafeBufferPointer<Float>,
    _ view: View,
    into sample: UnsafeMutablePointer<Float>
  ) {
    let (width, channels) = (shape.width, shape.channels)
    // The columns of the image that the sample shows, and where the first of them goes.
    let shown = max(0, view.right)..<max(max(0, view.right), min(width, width + view.right))
    let first = shown.lowerBound - view.right
    for row in 0..<shape.height {
      let out = sample + row * width * channels
      let from = row + view.down
      let visible = from >= 0 && from < shape.height
      if !visible || shown.count < width { out.update(repeating: 0, count: width * channels) }
      guard visible, !shown.isEmpty else { continue }
      let source = pixels + (from * width + shown.lowerBound) * channels
      let column = view.mirrored ? width - 1 - first : first
      let step = view.mirrored ? -channels : channels
      for channel in 0..<channels {
        let values = normalized.extracting(channel * 256..<(channel + 1) * 256)
        var target = out + column * channels + channel
        for pixel in 0..<shown.count {
          target.pointee = values[Int(source[pixel * channels + channel])]
          target += step
        }
      }
    }
  }
}
