/// What `--augment` chooses; the raw values are what users write.
public enum AugmentationChoice: String, CaseIterable, Sendable {
  /// Training images as they are.
  case none
  /// Random crop out of the image with four pixels of padding, and mirroring of every other image.
  case cropFlip = "crop-flip"
}
