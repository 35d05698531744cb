import Tensors

/// Random brightness, contrast and saturation, as torchvision's ColorJitter defines them, on values
/// of 0…255.
///
/// A strength s gives a factor f from max(0, 1 − s)…1 + s. Brightness: f·x. Contrast: f·x +
/// (1 − f)·m, m the mean of the image's grey. Saturation: f·x + (1 − f)·grey. Grey is
/// 0.2989·R + 0.587·G + 0.114·B; of one channel it is this channel, so that saturation changes
/// nothing. Each is cut off at 0 and 255. Their order is drawn first (two draws), then the factors of
/// brightness, contrast and saturation; a strength of 0 leaves its part out. torchvision rounds to
/// bytes after each, this does not.
public struct ColorJitter: Recoloring {
  /// Of brightness, contrast and saturation.
  private let strengths: SIMD3<Double>

  /// Jitters with strengths that are not negative.
  public init(brightness: Double, contrast: Double, saturation: Double) {
    strengths = [brightness, contrast, saturation]
    precondition(strengths.min() >= 0, "a jitter of \(strengths)")
  }

  /// Changes the colours.
  public func recolor(
    _ values: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  ) {
    var draws = draws.stream(.colorJitter)
    var order: SIMD3<Int> = [0, 1, 2]
    for last in stride(from: 2, to: 0, by: -1) {
      let chosen = draws.integer(below: last + 1)
      (order[last], order[chosen]) = (order[chosen], order[last])
    }
    var factors: SIMD3<Double> = [1, 1, 1]
    for k in 0..<3 { factors[k] = draws.uniform(max(0, 1 - strengths[k]), 1 + strengths[k]) }
    for place in 0..<3 where strengths[order[place]] > 0 {
      let factor = Float(factors[order[place]])
      switch order[place] {
      case 0: blend(values, shape, factor) { _ in 0 }
      case 1:
        let mean = mean(values, shape)
        blend(values, shape, factor) { _ in mean }
      default: blend(values, shape, factor) { Self.grey($0, shape.channels) }
      }
    }
  }

  /// f·x + (1 − f)·other, cut off, where `other` is of a pixel.
  @inline(__always)
  private func blend(
    _ values: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ factor: Float,
    _ other: (UnsafePointer<Float>) -> Float
  ) {
    var pixel = values
    for _ in 0..<shape.pixels {
      let rest = (1 - factor) * other(pixel)
      for channel in 0..<shape.channels {
        pixel[channel] = min(max(factor * pixel[channel] + rest, 0), 255)
      }
      pixel += shape.channels
    }
  }

  /// The mean of the grey of all pixels, added up in their order in Float64.
  private func mean(_ values: UnsafePointer<Float>, _ shape: ImageShape) -> Float {
    var sum = 0.0
    for pixel in 0..<shape.pixels {
      sum += Double(Self.grey(values + pixel * shape.channels, shape.channels))
    }
    return Float(sum / Double(shape.pixels))
  }

  /// The grey of a pixel: of another number of channels than three, that of the first.
  @inline(__always)
  private static func grey(_ pixel: UnsafePointer<Float>, _ channels: Int) -> Float {
    guard channels == 3 else { return pixel[0] }
    return 0.2989 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
  }
}
