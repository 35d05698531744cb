import Optimizers
import Tensors
import TestSupport
import Testing

/// What sections 2 and 3 of Loshchilov & Hutter, arXiv 1711.05101, say of coupled and decoupled
/// decay, shown with the rules themselves.
struct PropositionTests {
  private static let count = 40
  private static let alpha = 0.05
  private static let lambda = 0.002

  private func normal(_ step: Int, _ i: Int) -> Float {
    var draws = RandomDraws(seed: 5, purpose: .initialization, sample: i, step: step)
    return Float(draws.normalPair().0)
  }

  /// Gradients of very different sizes, as layers have them.
  private func gradient(_ step: Int) -> [Float] {
    (0..<Self.count).map { normal(step, $0) * Float(Elementary.power(0.7, $0)) }
  }

  private func scalars(_ step: Int, decay: Double = 0, l2: Double = 0) -> StepScalars {
    StepScalars(
      step: step,
      learningRate: Self.alpha,
      multiplier: 1,
      decay: decay,
      l2: l2,
      gradientScale: 1
    )
  }

  private func run(
    _ rule: any UpdateRule,
    steps: Int = 50,
    decay: Double = 0,
    l2: Double = 0
  ) -> [Float] {
    var trajectory = RuleTrajectory(rule, (0..<Self.count).map { normal(0, $0) })
    for t in 1...steps { trajectory.step(gradient(t), scalars(t, decay: decay, l2: l2)) }
    return trajectory.theta
  }

  /// ‖a − b‖ as a multiple of ‖b‖.
  private func distance(_ a: [Float], _ b: [Float]) -> Double {
    let difference = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return (difference / b.reduce(0.0) { $0 + Double($1 * $1) }).squareRoot()
  }

  /// Proposition 1: for SGD weight decay λ is L2 regularisation with λ/α, step by step.
  @Test func forPlainSGDBothDecaysAreOne() {
    for steps in 1...50 {
      let coupled = run(
        SGD(MomentumConstants(factor: 0)),
        steps: steps,
        l2: Self.lambda / Self.alpha
      )
      let decoupled = run(SGDW(MomentumConstants(factor: 0)), steps: steps, decay: Self.lambda)
      #expect(distance(coupled, decoupled) < 1e-6, "after \(steps) steps")
    }
  }

  /// With momentum the L2 gradient is remembered, so the same coefficient acts 1/(1 − β1) times as
  /// strongly.
  @Test func momentumTellsThemApart() {
    let coupled = run(SGD(MomentumConstants(factor: 0.9)), l2: Self.lambda / Self.alpha)
    let decoupled = run(SGDW(MomentumConstants(factor: 0.9)), decay: Self.lambda)
    let (none, apart) = (run(SGD(MomentumConstants(factor: 0.9))), distance(coupled, decoupled))
    let decay = distance(none, decoupled)
    // The decay itself moves θ by 9 %; the two differ by several times that.
    #expect(apart > 3 * decay && decay > 0.01, "\(apart) against \(decay)")
    // In the steady state λ ≈ αλ'/(1 − β1) brings them near each other again.
    let near = run(SGD(MomentumConstants(factor: 0.9)), l2: Self.lambda / Self.alpha * (1 - 0.9))
    #expect(distance(near, decoupled) < 0.5 * decay)
  }

  /// Proposition 2: for Adam no L2 coefficient does what weight decay does.
  @Test func forAdamNoCoefficientMatches() {
    let rule = AdamConstants()
    // What each coordinate asks for, from αM(cθ) = λθ with M = 1/(√v̂ + ε): c = λ(√v̂ + ε)/α.
    var trajectory = RuleTrajectory(AdamW(rule), (0..<Self.count).map { normal(0, $0) })
    for t in 1...50 { trajectory.step(gradient(t), scalars(t, decay: Self.lambda)) }
    let implied = trajectory.state[1].map { v in
      Self.lambda * ((Double(v) / (1 - Elementary.power(0.999, 50))).squareRoot() + 1e-8)
        / Self.alpha
    }
    let spread = (implied.max() ?? 0) / (implied.min() ?? 1)
    #expect(spread > 1e4, "coefficients from \(implied.min() ?? 0) to \(implied.max() ?? 0)")
    // And over whole runs: the best of 60 coefficients leaves most of what decay does undone.
    let decoupled = run(AdamW(rule), decay: Self.lambda)
    let decay = distance(run(Adam(rule)), decoupled)
    let best = (0..<60).map { k in
      distance(run(Adam(rule), l2: 1e-9 * Elementary.power(1.5, k)), decoupled)
    }.min()
    #expect((best ?? 0) > 0.5 * decay, "\(best ?? 0) of \(decay)")
  }

  /// Proposition 3: with a fixed preconditioner M = diag(s)⁻¹ decay is L2 with every weight's
  /// coefficient scaled by s (equation 2).
  @Test func withAFixedPreconditionerScaledL2IsDecay() {
    // ρ = 1 keeps the mean square as it is set here.
    let fixed = RMSProp(rho: 1, epsilon: 1e-12, momentum: 0, centered: false, dialect: .paper)
    let s = (0..<Self.count).map { Float(Elementary.power(1.3, $0 % 20)) * 0.1 }
    var coupled = RuleTrajectory(fixed, (0..<Self.count).map { normal(0, $0) })
    coupled.state[0] = s.map { $0 * $0 }
    var theta = coupled.theta
    for t in 1...50 {
      // ∇f + (λ/α)·s ⊙ θ: the gradient of the scale-adjusted f.
      let factor = Float(Self.lambda / Self.alpha)
      let g = gradient(t)
      let regularized = g.indices.map { g[$0] + factor * s[$0] * coupled.theta[$0] }
      coupled.step(regularized, scalars(t))
      for i in theta.indices {
        theta[i] -= Float(Self.alpha) * g[i] / s[i] + Float(Self.lambda) * theta[i]
      }
      #expect(distance(coupled.theta, theta) < 1e-5, "after \(t) steps")
    }
  }

  /// Section 3, after Aitchison: where the state of a Kalman filter decays from step to step, so do
  /// the weights, whatever the gradient is scaled by.
  @Test func aFiltersTransitionIsDecoupledDecay() {
    let (decay, drift, precision) = (0.02, 0.01, 4.0)
    var (mean, variance) = (1.5, 1.0)
    var weights = RuleTrajectory(SGDW(MomentumConstants(factor: 0)), [1.5])
    for t in 1...30 {
      let target = Double(normal(t, 1))
      let predicted = (1 - decay) * mean
      variance = 1 / (1 / ((1 - decay) * (1 - decay) * variance + drift) + precision)
      let gradient = precision * (predicted - target)
      mean = predicted - variance * gradient
      let now = StepScalars(
        step: t,
        learningRate: variance,
        multiplier: 1,
        decay: decay,
        gradientScale: 1
      )
      weights.step([Float(gradient)], now)
      #expect(abs(Double(weights.theta[0]) - mean) < 1e-5)
    }
  }
}
