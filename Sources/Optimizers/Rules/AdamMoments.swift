import CPlatform
import Tensors

/// The constants of Adam and its relatives.
public struct AdamConstants: Hashable, Sendable {
  /// β1, the decay rate of the first moment.
  public var beta1: Double
  /// β2, the decay rate of the second moment.
  public var beta2: Double
  /// ε.
  public var epsilon: Double
  /// Whether v never shrinks: AMSGrad (Reddi, Kale & Kumar 2018).
  public var amsgrad: Bool
  /// Whose form.
  public var dialect: Dialect
  /// Whether ε is added to √v before v is corrected; the dialect's way unless changed.
  public var epsilonIsUncorrected: Bool

  /// The constants; the usual ones are the paper's.
  public init(
    beta1: Double = 0.9,
    beta2: Double = 0.999,
    epsilon: Double = 1e-8,
    amsgrad: Bool = false,
    dialect: Dialect = .paper
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.amsgrad = amsgrad
    self.dialect = dialect
    epsilonIsUncorrected = dialect.epsilonIsUncorrected
  }

  /// m, v, and with AMSGrad the largest v.
  var state: [StateArray] {
    [StateArray("first_moment"), StateArray("second_moment")]
      + (amsgrad ? [StateArray("largest_second_moment")] : [])
  }
}

/// Adam's step: lines 7 to 10 of Algorithm 2 of Loshchilov & Hutter (Kingma & Ba 2015).
///
///     m ← β1·m + (1 − β1)·g                      (line 7)
///     v ← β2·v + (1 − β2)·g²                     (line 8)
///     m̂ = m/(1 − β1^t), v̂ = v/(1 − β2^t)         (lines 9, 10)
///     step: η_t·α·m̂/(√v̂ + ε), or with ε̂: η_t·α·√(1 − β2^t)/(1 − β1^t)·m/(√v + ε̂)
///
/// AMSGrad takes the largest v so far before the correction (PyTorch, Keras), optax the largest v̂.
struct AdamMoments {
  private let b1: Float
  private let b2: Float
  private let c1: Float
  private let c2: Float
  private let epsilon: Float
  /// ηα over the first correction, with √ of the second for ε̂.
  private let rate: Float
  /// 1 over √ of the second correction; 1 for ε̂.
  private let root: Float
  /// 1 over the second correction where the largest v̂ is kept; else 1.
  private let correction: Float
  private let m: UnsafeMutablePointer<Float>
  private let v: UnsafeMutablePointer<Float>
  private let largest: UnsafeMutablePointer<Float>?

  init(_ constants: AdamConstants, _ span: UpdateSpan, _ scalars: StepScalars) {
    (b1, b2) = (Float(constants.beta1), Float(constants.beta2))
    (c1, c2) = (Float(1 - constants.beta1), Float(1 - constants.beta2))
    epsilon = Float(constants.epsilon)
    let correction1 = 1 - Elementary.power(constants.beta1, scalars.step)
    let correction2 = 1 - Elementary.power(constants.beta2, scalars.step)
    let keepsCorrected = constants.amsgrad && constants.dialect == .optax
    if constants.epsilonIsUncorrected {
      rate = Float(scalars.rate * correction2.squareRoot() / correction1)
      root = 1
    } else {
      rate = Float(scalars.rate / correction1)
      root = keepsCorrected ? 1 : Float(1 / correction2.squareRoot())
    }
    correction = keepsCorrected ? Float(1 / correction2) : 1
    (m, v) = (span.state(0), span.state(1))
    largest = constants.amsgrad ? span.state(2) : nil
  }

  /// Takes the gradient of element i into its moments; returns what is to be subtracted from θ.
  @inline(__always)
  func step(_ i: Int, _ g: Float) -> Float {
    let first = b1 * m[i] + c1 * g
    var second = b2 * v[i] + c2 * g * g
    m[i] = first
    v[i] = second
    if let largest {
      second = max(largest[i], correction * second)
      largest[i] = second
    }
    return rate * first / (platform_sqrt(second) * root + epsilon)
  }

  /// What `step` would return, with nothing changed.
  @inline(__always)
  func foreseen(_ i: Int, _ g: Float) -> Float {
    let first = b1 * m[i] + c1 * g
    let second = b2 * v[i] + c2 * g * g
    return rate * first / (platform_sqrt(second) * root + epsilon)
  }
}
