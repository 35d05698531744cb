import Tensors

/// A random crop out of the image with some pixels of padding that mirror it at its border, which
/// is not repeated: 2 1 | 0 1 2 (NumPy's and torchvision's "reflect").
///
/// Draws are those of `PadCrop`, under a purpose of its own. Padding of more than the image goes on
/// to and fro.
public struct ReflectCrop: Resampling {
  /// Pixels around an image before it is cropped, on every side.
  private let padding: Int

  /// Crops with at least one pixel of padding.
  public init(padding: Int) {
    precondition(padding > 0, "a padding of \(padding) pixels")
    self.padding = padding
  }

  /// Copies the crop, pixel by pixel.
  public func resample(
    _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  ) {
    var draws = draws.stream(.reflectCrop)
    let down = draws.integer(below: 2 * padding + 1) - padding
    let right = draws.integer(below: 2 * padding + 1) - padding
    let (width, channels) = (shape.width, shape.channels)
    for row in 0..<shape.height {
      let from = source + Self.reflected(row + down, shape.height) * width * channels
      let to = target + row * width * channels
      for column in 0..<width {
        let (out, pixel) = (column * channels, Self.reflected(column + right, width) * channels)
        for channel in 0..<channels { to[out + channel] = from[pixel + channel] }
      }
    }
  }

  /// The row or column, of `count`, that stands at `place`.
  private static func reflected(_ place: Int, _ count: Int) -> Int {
    if place >= 0 && place < count { return place }
    if count == 1 { return 0 }
    let period = 2 * (count - 1)
    let turn = ((place % period) + period) % period
    return turn < count ? turn : period - turn
  }
}
