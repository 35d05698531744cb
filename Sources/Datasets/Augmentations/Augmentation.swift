import Tensors

/// A way in which training samples are varied from epoch to epoch; evaluation knows none.
///
/// A list of them is taken in order: first every one moves what the sample shows of its image, then
/// the pixels are read and normalised, then every one changes the values. What it does to a sample
/// follows from the draws alone, under a purpose of its own.
public protocol Augmentation: Sendable {
  /// Moves what the sample will show of its image; does nothing unless it is implemented.
  func move(_ view: inout SampleView, _ draws: SampleDraws)

  /// Changes the normalised values of a sample; does nothing unless it is implemented.
  ///
  /// They are height × width × channels, and 0 is the mean colour. Called on any thread, it must
  /// allocate nothing.
  func change(_ values: UnsafeMutablePointer<Float>, _ shape: ImageShape, _ draws: SampleDraws)
}

extension Augmentation {
  /// Leaves the view where it is.
  public func move(_ view: inout SampleView, _ draws: SampleDraws) {}

  /// Leaves the values as they are.
  public func change(
    _ values: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  ) {}
}
