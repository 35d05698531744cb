import Tensors

/// The first values of a tensor.
public enum Initializer: Hashable, Sendable {
  /// The same value everywhere.
  case constant(Float)
  /// Normal with mean 0 and this standard deviation.
  case normal(deviation: Double)
  /// The same, but values beyond two of these deviations are drawn again; 0.88 of the deviation is
  /// left.
  case truncatedNormal(deviation: Double)
  /// Uniform between -bound and bound.
  case uniform(bound: Double)
}

/// A tensor that an operation owns.
public struct ParameterSpec: Hashable, Sendable {
  /// The last part of its name: "weight", "running_mean".
  public let suffix: String
  /// What it is.
  public let role: ParameterRole
  /// Its shape in memory.
  public let storage: ParameterStorage
  /// Its first values.
  public let initial: Initializer
}
