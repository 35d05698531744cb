import Tensors

/// A random crop out of the image with some pixels of padding in the mean colour.
///
/// Padding comes after normalisation, so it is 0. The row is drawn first, then the column, each
/// 0…2·padding.
public struct PadCrop: Augmentation {
  /// Pixels around an image before it is cropped, on every side.
  private let padding: Int

  /// Crops with at least one pixel of padding.
  public init(padding: Int) {
    precondition(padding > 0, "a padding of \(padding) pixels")
    self.padding = padding
  }

  /// Moves the view by the crop.
  public func move(_ view: inout SampleView, _ draws: SampleDraws) {
    var draws = draws.stream(.padCrop)
    let down = draws.integer(below: 2 * padding + 1) - padding
    let right = draws.integer(below: 2 * padding + 1) - padding
    view.down += down
    // A crop of what is mirrored already goes the other way in the image.
    view.right += view.mirrored ? -right : right
  }
}
