/// What the planner may put together; none of it changes the trained bits.
///
/// Each can be left out, to find faults (`--no-fusion NAME`); without any, every node runs by
/// itself and stores its result.
public enum Fusion: String, CaseIterable, Sendable {
  /// BatchNorm and the rectifier behind it become one node.
  case activation
  /// What a normalisation or a rectifier gives is not stored: those who read it compute it as they
  /// read.
  case normalize
  /// BatchNorm's statistics of a group of images are taken where the group was just written.
  case statistics
  /// The two sums of BatchNorm's backward are taken where the gradient of a group of images was
  /// just written.
  case gradientSums = "gradient-sums"
  /// A sum and the rectifier behind it become one node, and what it adds up shares its gradient.
  case residual
  /// Nodes that work on one image at a time run one after the other on a group of images, while it
  /// is in cache.
  case chain
}
