import Tensors

/// A way in which training samples are varied from epoch to epoch; evaluation knows none.
///
/// A list of them is taken in order: first every one moves what the sample shows of its image, then
/// the pixels are read and normalised, then every one changes the values. What it does to a sample
/// follows from the draws alone, under a purpose of its own.
public protocol Augmentation: Sendable {
  /// Moves what the sample will show of its image; does nothing unless it is implemented.
  func move(_ view: inout SampleView, _ draws: SampleDraws)

  /// Changes the normalised values of a sample, height × width × channels, where 0 is the mean
  /// colour; does nothing unless it is implemented. Runs on any thread and allocates nothing.
  func change(_ values: UnsafeMutablePointer<Float>, _ shape: ImageShape, _ draws: SampleDraws)
}

extension Augmentation {
  public func move(_ view: inout SampleView, _ draws: SampleDraws) {}
  public func change(
    _ values: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  ) {}
}
