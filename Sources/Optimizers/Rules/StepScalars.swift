/// The scalars of one update, kept apart as in Loshchilov & Hutter: α, η_t and λ meet only inside a
/// rule.
public struct StepScalars: Hashable, Sendable {
  /// t, from 1.
  public let step: Int
  /// α, the base learning rate.
  public var learningRate: Double
  /// η_t, the schedule multiplier.
  public let multiplier: Double
  /// λ, the decay factor of decoupled weight decay.
  public var decay: Double
  /// The factor of coupled decay: g is the gradient plus this times θ.
  public var l2: Double
  /// What a summed gradient is multiplied by: 1 / b, negative to climb.
  public var gradientScale: Double
  /// The rule's numbers.
  public var memory: SIMD4<Double>

  /// The scalars of step `step`.
  public init(
    step: Int,
    learningRate: Double,
    multiplier: Double,
    decay: Double,
    l2: Double = 0,
    gradientScale: Double,
    memory: SIMD4<Double> = .zero
  ) {
    self.step = step
    self.learningRate = learningRate
    self.multiplier = multiplier
    self.decay = decay
    self.l2 = l2
    self.gradientScale = gradientScale
    self.memory = memory
  }

  /// η_t·α.
  var rate: Double { multiplier * learningRate }

  /// The same for parameters that have factors of their own.
  public func scaled(by factors: ParameterFactors) -> StepScalars {
    var scaled = self
    scaled.learningRate *= factors.learningRate
    scaled.decay *= factors.decay
    scaled.l2 *= factors.l2
    return scaled
  }
}
