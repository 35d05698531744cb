import Tensors

/// An augmentation of bytes: of values on the 0…255 scale, after all geometry and before
/// normalisation.
public protocol Recoloring: Augmentation {
  /// Changes height × width × channels values; called on any thread, it must allocate nothing.
  func recolor(_ values: UnsafeMutablePointer<Float>, _ shape: ImageShape, _ draws: SampleDraws)
}
