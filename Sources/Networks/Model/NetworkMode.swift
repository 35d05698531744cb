/// Whether a network learns or is evaluated.
public enum NetworkMode: Hashable, Sendable {
  /// Batch statistics over these groups, and backward.
  case training(BatchNormGrouping)
  /// Running statistics, no backward.
  case inference
}
