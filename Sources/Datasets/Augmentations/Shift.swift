import Tensors

/// A shift by a part of height and width, as Keras' ImageDataGenerator has it with
/// height_shift_range and width_shift_range below 1 and fill_mode "nearest".
///
/// y(i, j) = x(i + s·height, j + t·width), linear between pixels (order 1); places outside take the
/// nearest pixel of the border. s and then t are drawn from −range…range. SciPy interpolates in
/// Float64, this in Float32: equal within 1e-6 of the largest value.
public struct Shift: Resampling {
  /// The largest shift, as a part of a side.
  private let range: Double

  /// Shifts by up to a part of the side, below 1.
  public init(range: Double) {
    precondition(range > 0 && range < 1, "a shift by \(range) of the side")
    self.range = range
  }

  /// Writes the shifted values.
  public func resample(
    _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  ) {
    var draws = draws.stream(.shift)
    let down = draws.uniform(-range, range) * Double(shape.height)
    let right = draws.uniform(-range, range) * Double(shape.width)
    bilinear(
      source,
      (shape.height, shape.width, shape.width),
      into: target,
      shape,
      rows: (down, 1),
      columns: (right, 1)
    )
  }
}
