/// Decoupled weight decay in one step: what it takes off a weight, and whether before, with or
/// after the step.
struct DecoupledDecay {
  /// The part of a weight that goes.
  let factor: Float
  private let order: Dialect.DecayOrder

  init(_ dialect: Dialect, _ scalars: StepScalars) {
    order = dialect.decayOrder
    factor = Float(
      dialect.decayUnit.part(
        of: scalars.decay,
        learningRate: scalars.learningRate,
        multiplier: scalars.multiplier
      )
    )
  }

  /// θ after a step and the decay.
  @inline(__always)
  func moved(_ theta: Float, by step: Float) -> Float {
    switch order {
    case .together: theta - (step + factor * theta)
    case .before: (theta - factor * theta) - step
    case .after: (theta - step) - factor * theta
    }
  }
}
