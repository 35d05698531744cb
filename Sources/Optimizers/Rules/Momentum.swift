/// The constants of SGD's momentum.
public struct MomentumConstants: Hashable, Sendable {
  /// β1, the momentum factor.
  public var factor: Double
  /// τ of Torch.
  public var dampening: Double
  /// Whether the step looks ahead, as Sutskever and others (2013) have Nesterov's momentum.
  public var nesterov: Bool
  /// Whose form.
  public var dialect: Dialect

  /// The constants; the usual ones are the paper's.
  public init(
    factor: Double = 0.9,
    dampening: Double = 0,
    nesterov: Bool = false,
    dialect: Dialect = .paper
  ) {
    self.factor = factor
    self.dampening = dampening
    self.nesterov = nesterov
    self.dialect = dialect
  }
}

/// The momentum of SGD in one step, in a dialect's form.
///
/// With ηα inside, as Algorithm 1 and Keras have it:
///
///     m ← β1·m + ηα·g        step: m;    Nesterov: β1·m + ηα·g
///
/// or outside, as Torch, PyTorch and optax have it, with dampening τ, which spares the first step:
///
///     m ← β1·m + (1 − τ)·g   step: ηα·m; Nesterov: ηα·(g + β1·m)
struct Momentum {
  private let factor: Float
  private let isInside: Bool
  private let isNesterov: Bool
  private let rate: Float
  /// What the gradient counts in the momentum.
  private let share: Float
  private let m: UnsafeMutablePointer<Float>

  init(_ constants: MomentumConstants, _ span: UpdateSpan, _ scalars: StepScalars) {
    factor = Float(constants.factor)
    isInside = constants.dialect.ratesEnterMomentum
    isNesterov = constants.nesterov
    rate = Float(scalars.rate)
    let dampens = scalars.step > 1 && constants.factor > 0
    share = isInside ? rate : dampens ? Float(1 - constants.dampening) : 1
    m = span.state(0)
  }

  /// Takes the gradient of element i into its momentum; returns what is to be subtracted from θ.
  @inline(__always)
  func step(_ i: Int, _ g: Float) -> Float {
    let velocity = factor * m[i] + share * g
    m[i] = velocity
    if isInside { return isNesterov ? factor * velocity + rate * g : velocity }
    return rate * (isNesterov ? g + factor * velocity : velocity)
  }
}
