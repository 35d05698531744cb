import Tensors

/// Mirroring of every other image, left to right.
public struct Flip: Augmentation {
  /// Mirrors.
  public init() {}

  /// Mirrors what the view shows, or does not.
  public func move(_ view: inout SampleView, _ draws: SampleDraws) {
    var draws = draws.stream(.flip)
    if draws.integer(below: 2) == 1 { view.mirrored.toggle() }
  }
}
