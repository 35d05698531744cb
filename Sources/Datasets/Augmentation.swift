/// How training images are varied from epoch to epoch; the raw values are what users write.
public enum Augmentation: String, CaseIterable, Sendable {
  /// Not at all.
  case none
  /// Random crop out of the image with four pixels of padding, and mirroring of every other image.
  case cropFlip = "crop-flip"
}
