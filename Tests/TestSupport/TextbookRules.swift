import Optimizers

/// An update rule in Float64, written from its paper alone, over arrays of any length.
public struct TextbookRule: Sendable {
  /// The first values of its state arrays.
  public let states: [Double]
  /// Takes one step; `gradient` is the mean over the batch, with what coupled decay adds.
  public let step:
    @Sendable (
      _ theta: inout [Double], _ state: inout [[Double]], _ gradient: [Double],
      _ scalars: StepScalars
    ) -> Void

  /// A rule that treats every element alike: θ, its state, g and the scalars give the next θ.
  private init(
    states: [Double],
    _ element:
      @escaping @Sendable (
        _ theta: Double, _ state: inout [Double], _ g: Double, _ scalars: StepScalars
      ) -> Double
  ) {
    self.states = states
    step = { theta, state, gradient, scalars in
      for i in theta.indices {
        var own = state.map { $0[i] }
        theta[i] = element(theta[i], &own, gradient[i], scalars)
        for k in own.indices { state[k][i] = own[k] }
      }
    }
  }

  private static func power(_ x: Double, _ n: Int) -> Double {
    (0..<n).reduce(1.0) { product, _ in product * x }
  }

  /// Algorithm 2 of Loshchilov & Hutter, arXiv 1711.05101, lines 6 to 12; without decay Kingma &
  /// Ba's.
  ///
  /// With `amsgrad` the largest v so far stands for v, as PyTorch has it; an uncorrected ε is added
  /// to √v.
  public static func adam(
    _ c: RuleConstants,
    decays: Bool,
    epsilonIsUncorrected: Bool = false
  ) -> TextbookRule {
    TextbookRule(states: c.amsgrad ? [0, 0, 0] : [0, 0]) { theta, s, g, now in
      s[0] = c.betas.first * s[0] + (1 - c.betas.first) * g
      s[1] = c.betas.second * s[1] + (1 - c.betas.second) * g * g
      if c.amsgrad { s[2] = max(s[2], s[1]) }
      let corrected = s[0] / (1 - power(c.betas.first, now.step))
      let correction = (1 - power(c.betas.second, now.step)).squareRoot()
      let root = (c.amsgrad ? s[2] : s[1]).squareRoot() / correction
      let epsilon = epsilonIsUncorrected ? c.epsilon / correction : c.epsilon
      let decay = decays ? now.decay * theta : 0
      return theta - now.multiplier * (now.learningRate * corrected / (root + epsilon) + decay)
    }
  }

  /// Algorithm 1 of the same paper, lines 8 and 9; Nesterov's form looks ahead by β1.
  public static func sgd(_ c: RuleConstants, decays: Bool) -> TextbookRule {
    TextbookRule(states: [0]) { theta, s, g, now in
      let move = now.multiplier * now.learningRate * g
      s[0] = c.momentum * s[0] + move
      let step = c.nesterov ? c.momentum * s[0] + move : s[0]
      return theta - step - (decays ? now.multiplier * now.decay * theta : 0)
    }
  }

  /// Duchi, Hazan & Singer 2011, with ε beside the root.
  public static func adaGrad(_ c: RuleConstants) -> TextbookRule {
    TextbookRule(states: [0]) { theta, s, g, now in
      s[0] += g * g
      return theta - now.multiplier * now.learningRate * g / (s[0].squareRoot() + c.epsilon)
    }
  }

  /// Tieleman & Hinton 2012 with the momentum of PyTorch; centred as in Graves 2013.
  public static func rmsProp(_ c: RuleConstants) -> TextbookRule {
    let states = [0.0] + (c.momentum > 0 ? [0] : []) + (c.centered ? [0] : [])
    return TextbookRule(states: states) { theta, s, g, now in
      s[0] = c.rho * s[0] + (1 - c.rho) * g * g
      var square = s[0]
      if c.centered {
        let last = s.count - 1
        s[last] = c.rho * s[last] + (1 - c.rho) * g
        square -= s[last] * s[last]
      }
      var step = g / (square.squareRoot() + c.epsilon)
      if c.momentum > 0 {
        s[1] = c.momentum * s[1] + step
        step = s[1]
      }
      return theta - now.multiplier * now.learningRate * step
    }
  }

  /// Zeiler 2012, Algorithm 1.
  public static func adaDelta(_ c: RuleConstants) -> TextbookRule {
    TextbookRule(states: [0, 0]) { theta, s, g, now in
      s[0] = c.rho * s[0] + (1 - c.rho) * g * g
      let delta = (s[1] + c.epsilon).squareRoot() / (s[0] + c.epsilon).squareRoot() * g
      s[1] = c.rho * s[1] + (1 - c.rho) * delta * delta
      return theta - now.multiplier * now.learningRate * delta
    }
  }
}
