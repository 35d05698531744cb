import Tensors

/// The kinds of tensors that a user may treat differently; the raw values are what users write.
public enum ParameterGroup: String, CaseIterable, Sendable {
  /// Kernels of convolutions.
  case conv
  /// Weights of dense layers.
  case dense
  /// γ and β of normalisations.
  case norm
  /// Biases of convolutions and dense layers.
  case bias

  /// The group of a trained tensor; nil for a running statistic.
  public init?(_ entry: ParameterEntry) {
    switch entry.role {
    case .weight: if case .convolution = entry.storage { self = .conv } else { self = .dense }
    case .gain, .shift: self = .norm
    case .bias: self = .bias
    case .statistic: return nil
    }
  }
}
