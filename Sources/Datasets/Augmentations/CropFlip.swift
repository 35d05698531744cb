import Tensors

/// A random crop out of the image with four pixels of padding, and mirroring of every other image.
///
/// The draws are, in this order: mirrored or not, the row and the column, each 0…8, at which the
/// padded image is cropped. Padding comes after normalisation, so it is 0, the mean colour.
public struct CropFlip: Augmentation {
  /// Zeros around an image before it is cropped, on every side.
  private static let padding = 4

  /// Crops and mirrors.
  public init() {}

  /// Draws the view anew.
  public func move(_ view: inout SampleView, _ draws: SampleDraws) {
    var draws = draws.stream(.augmentation)
    let reach = 2 * Self.padding + 1
    view.mirrored = draws.integer(below: 2) == 1
    view.down = draws.integer(below: reach) - Self.padding
    view.right = draws.integer(below: reach) - Self.padding
  }
}
