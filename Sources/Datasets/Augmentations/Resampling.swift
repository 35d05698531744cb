import Tensors

/// An augmentation of geometry that no `SampleView` can show: its pixels lie between those of the
/// image, or are repeated.
public protocol Resampling: Augmentation {
  /// Writes all of `target` from `source`, both height × width × channels values of pixels on one
  /// linear scale; called on any thread, it must allocate nothing.
  func resample(
    _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  )
}
