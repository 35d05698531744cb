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

  init(
    _ factor: Double,
    dampening: Double,
    nesterov: Bool,
    _ dialect: Dialect,
    _ scalars: StepScalars,
    _ m: UnsafeMutablePointer<Float>
  ) {
    self.factor = Float(factor)
    isInside = dialect.ratesEnterMomentum
    isNesterov = nesterov
    rate = Float(scalars.rate)
    let dampens = scalars.step > 1 && factor > 0
    share = isInside ? rate : dampens ? Float(1 - dampening) : 1
    self.m = m
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
