/// How pictures of any size become images of one.
public struct PictureRequest: Hashable, Sendable {
  /// The filter; the raw values are what users write.
  public enum Filter: String, CaseIterable, Sendable {
    /// A triangle as wide as the reduction, PIL's BILINEAR.
    case antialias
    /// The mean of the pixels that a new one covers, PIL's BOX.
    case box
    /// The pixel at its centre, PIL's NEAREST.
    case nearest
  }
  /// What happens to a picture that is not square; the raw values are what users write.
  public enum Crop: String, CaseIterable, Sendable {
    /// The short side becomes the size, and what is left over of the long one is cut off evenly.
    case center
    /// Both sides become the size.
    case none
  }

  /// Height and width of an image in pixels; nil: as they are, which must be alike.
  public var size: Int?
  /// The filter.
  public var filter = Filter.antialias
  /// What happens to the longer side.
  public var crop = Crop.none

  /// Pictures as they are.
  public init() {}
}
