import Tensors

/// A crop of random area and aspect, resized to the whole sample, as torchvision's
/// RandomResizedCrop has it.
///
/// Up to ten times: area a = area of the image · U(scale), aspect r = exp(U(log ratio)), width
/// √(a·r) and height √(a/r), rounded half to even; the first that fits stands at a row and then a
/// column that are drawn. If none does, it is the largest crop in the middle whose aspect is in the
/// range. Bilinear with half-pixel centres and without antialiasing, which a crop that only grows
/// does not need; values are not rounded to bytes.
public struct ResizedCrop: Resampling {
  private let scale: ClosedRange<Double>
  private let ratio: ClosedRange<Double>
  /// Their logarithms.
  private let logRatio: ClosedRange<Double>

  /// Crops with a part of the area in `scale`, 0…1, and width over height in `ratio`; both are
  /// positive.
  public init(scale: ClosedRange<Double>, ratio: ClosedRange<Double>) {
    precondition(
      scale.lowerBound > 0 && scale.upperBound <= 1 && ratio.lowerBound > 0,
      "crops of \(scale) of the area and aspects \(ratio)"
    )
    (self.scale, self.ratio) = (scale, ratio)
    logRatio = Elementary.log(ratio.lowerBound)...Elementary.log(ratio.upperBound)
  }

  /// A crop of an image: its upper left pixel and its size.
  struct Crop: Equatable {
    var top = 0
    var left = 0
    var height: Int
    var width: Int
  }

  /// Writes the crop in the size of the sample.
  public func resample(
    _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  ) {
    let crop = crop(of: shape, draws)
    let from = source + (crop.top * shape.width + crop.left) * shape.channels
    let tall = Double(crop.height) / Double(shape.height)
    let wide = Double(crop.width) / Double(shape.width)
    bilinear(
      from,
      (crop.height, crop.width, shape.width),
      into: target,
      shape,
      rows: (0.5 * tall - 0.5, tall),
      columns: (0.5 * wide - 0.5, wide)
    )
  }

  /// The crop that is drawn.
  func crop(of shape: ImageShape, _ draws: SampleDraws) -> Crop {
    var draws = draws.stream(.resizedCrop)
    let area = Double(shape.pixels)
    for _ in 0..<10 {
      let target = area * draws.uniform(scale.lowerBound, scale.upperBound)
      let aspect = Elementary.exp(draws.uniform(logRatio.lowerBound, logRatio.upperBound))
      let width = Int((target * aspect).squareRoot().rounded(.toNearestOrEven))
      let height = Int((target / aspect).squareRoot().rounded(.toNearestOrEven))
      guard (1...shape.width).contains(width), (1...shape.height).contains(height) else { continue }
      let top = draws.integer(below: shape.height - height + 1)
      let left = draws.integer(below: shape.width - width + 1)
      return Crop(top: top, left: left, height: height, width: width)
    }
    return middle(of: shape)
  }

  /// The largest crop in the middle whose aspect is in the range.
  private func middle(of shape: ImageShape) -> Crop {
    let aspect = Double(shape.width) / Double(shape.height)
    var crop = Crop(height: shape.height, width: shape.width)
    if aspect < ratio.lowerBound {
      let height = (Double(shape.width) / ratio.lowerBound).rounded(.toNearestOrEven)
      crop.height = max(1, Int(height))
    } else if aspect > ratio.upperBound {
      let width = (Double(shape.height) * ratio.upperBound).rounded(.toNearestOrEven)
      crop.width = max(1, Int(width))
    }
    crop.top = (shape.height - crop.height) / 2
    crop.left = (shape.width - crop.width) / 2
    return crop
  }
}
