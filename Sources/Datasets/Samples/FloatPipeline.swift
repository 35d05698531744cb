import Tensors

/// How samples come about whose pixels must be numbers before they are moved: those between pixels,
/// of changed colours, or of a mean image.
///
/// Values go through geometry on the 0…255 scale, or with a mean image after it is taken off, then
/// through changes of bytes, then they are normalised. What is around an image is the mean colour:
/// 0 after normalisation.
struct FloatPipeline: Sendable {
  /// A piece of geometry.
  private enum Stage {
    /// What one view shows.
    case view([any Augmentation])
    case resampled(any Resampling)
  }

  private let stages: [Stage]
  private let recolorings: [any Recoloring]
  private let shape: ImageShape
  /// What is around an image while it is moved, for each channel.
  private let around: [Float]
  /// What is taken off before geometry and what values are divided by then; empty where that
  /// happens after it.
  private let early: (mean: [Float], deviation: [Float])
  /// The same after geometry, for each channel.
  private let late: (mean: [Float], deviation: [Float])

  /// The way of samples that these augmentations vary; nil where a table of bytes and one view are
  /// enough.
  init?(
    _ augmentations: [any Augmentation],
    _ normalization: Normalization,
    _ shape: ImageShape
  ) {
    let recolorings = augmentations.compactMap { $0 as? any Recoloring }
    let resamples = augmentations.contains { $0 is any Resampling }
    if recolorings.isEmpty && !resamples && normalization.image == nil { return nil }
    var stages: [Stage] = []
    for augmentation in augmentations {
      if let resampling = augmentation as? any Resampling {
        stages.append(.resampled(resampling))
      } else if case .view(let views)? = stages.last {
        stages[stages.count - 1] = .view(views + [augmentation])
      } else {
        stages.append(.view([augmentation]))
      }
    }
    (self.stages, self.recolorings, self.shape) = (stages, recolorings, shape)
    if let image = normalization.image {
      precondition(image.count == shape.count, "a mean image of \(image.count) for \(shape)")
      precondition(recolorings.isEmpty, "colours are changed before a mean image is taken off")
      early = (image, normalization.deviation)
      late = ([], [])
      around = Array(repeating: 0, count: shape.channels)
    } else {
      early = ([], [])
      late = (normalization.mean, normalization.deviation)
      around = normalization.mean
    }
  }

  /// Writes a sample of an image's bytes; `draws` is nil for one that is not varied, which may be
  /// mirrored.
  func write(
    _ pixels: UnsafePointer<UInt8>,
    _ draws: SampleDraws?,
    mirrored: Bool,
    into sample: UnsafeMutablePointer<Float>
  ) {
    read(pixels, into: sample)
    withScratchFloats(shape.count) { scratch in
      var (here, there) = (sample, scratch)
      if let draws {
        for stage in stages where move(stage, here, draws, into: there) {
          (here, there) = (there, here)
        }
      } else if mirrored {
        var view = SampleView()
        view.mirrored = true
        write(view, here, into: there)
        (here, there) = (there, here)
      }
      if here != sample { sample.update(from: here, count: shape.count) }
    }
    if let draws { for recoloring in recolorings { recoloring.recolor(sample, shape, draws) } }
    if !late.mean.isEmpty { normalize(sample) }
  }

  /// The bytes as values, without the mean image where there is one.
  private func read(
    _ pixels: UnsafePointer<UInt8>,
    into values: UnsafeMutablePointer<Float>
  ) {
    if early.mean.isEmpty {
      for i in 0..<shape.count { values[i] = Float(pixels[i]) }
      return
    }
    early.mean.withUnsafeBufferPointer { mean in
      for channel in 0..<shape.channels {
        let deviation = early.deviation[channel]
        for i in stride(from: channel, to: shape.count, by: shape.channels) {
          values[i] = (Float(pixels[i]) - mean[i]) / deviation
        }
      }
    }
  }

  /// Takes a stage of geometry; false where it leaves everything where it was, and has written
  /// nothing.
  private func move(
    _ stage: Stage,
    _ values: UnsafePointer<Float>,
    _ draws: SampleDraws,
    into target: UnsafeMutablePointer<Float>
  ) -> Bool {
    switch stage {
    case .resampled(let resampling):
      resampling.resample(values, into: target, shape, draws)
    case .view(let augmentations):
      var view = SampleView()
      for augmentation in augmentations { augmentation.move(&view, draws) }
      if view == SampleView() { return false }
      write(view, values, into: target)
    }
    return true
  }

  private func write(
    _ view: SampleView,
    _ values: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>
  ) {
    around.withUnsafeBufferPointer {
      if let around = $0.baseAddress { view.write(values, shape, around: around, into: target) }
    }
  }

  /// (x − mean) / deviation of each channel.
  private func normalize(_ values: UnsafeMutablePointer<Float>) {
    for channel in 0..<shape.channels {
      let (mean, deviation) = (late.mean[channel], late.deviation[channel])
      for i in stride(from: channel, to: shape.count, by: shape.channels) {
        values[i] = (values[i] - mean) / deviation
      }
    }
  }
}
