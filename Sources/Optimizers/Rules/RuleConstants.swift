/// The constants that rules take; each rule uses those it knows.
public struct RuleConstants: Hashable, Sendable {
  /// Which constant; the raw value is the flag.
  public enum Name: String, CaseIterable, Sendable {
    /// β1 and β2.
    case betas = "opt-betas"
    /// ε.
    case epsilon = "opt-eps"
    /// The momentum of SGD and RMSProp.
    case momentum
    /// τ of Torch's momentum.
    case dampening
    /// Whether the momentum looks ahead.
    case nesterov
    /// Whether Adam's second moment never shrinks.
    case amsgrad
    /// ρ of RMSProp and AdaDelta.
    case rho = "opt-rho"
    /// Whether RMSProp takes the variance.
    case centered
    /// What AdaGrad's sum of squares starts with.
    case initialAccumulator = "initial-accumulator"
    /// τ of SWATS.
    case tolerance = "swats-tolerance"
  }

  /// β1 and β2.
  public var betas = Betas(0.9, 0.999)
  /// ε.
  public var epsilon = 1e-8
  /// The momentum.
  public var momentum = 0.9
  /// τ of Torch's momentum.
  public var dampening = 0.0
  /// Whether the momentum looks ahead.
  public var nesterov = false
  /// Whether Adam's second moment never shrinks.
  public var amsgrad = false
  /// ρ.
  public var rho = 0.9
  /// Whether RMSProp takes the variance.
  public var centered = false
  /// What AdaGrad's sum of squares starts with.
  public var initialAccumulator = 0.0
  /// τ of SWATS.
  public var tolerance = 1e-9

  /// The usual ones of the paper.
  public init() {}
}
