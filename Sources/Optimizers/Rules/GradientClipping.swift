/// The factor that brings a gradient's norm over all tensors down to a limit.
public struct GradientClipping: Hashable, Sendable {
  /// The most that the norm may be.
  public let limit: Double
  /// Whose form of it.
  public let dialect: Dialect

  /// Clipping of norms above `limit`.
  public init(limit: Double, dialect: Dialect) {
    (self.limit, self.dialect) = (limit, dialect)
  }

  /// What a gradient of that norm is multiplied by: limit/(norm + 1e-6) in PyTorch, which the papers
  /// do as well, limit/norm in Keras and optax; 1 where it is short enough.
  public func factor(_ norm: Double) -> Double {
    switch dialect {
    case .paper, .authors, .pytorch: min(1, limit / (norm + 1e-6))
    case .keras, .tfa, .optax: norm > limit ? limit / norm : 1
    }
  }
}
