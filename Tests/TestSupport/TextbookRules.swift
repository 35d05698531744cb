import Optimizers

/// An update rule in Float64, written from the paper alone, over arrays of any length.
public struct TextbookRule: Sendable {
  /// The number of state arrays.
  public let states: Int
  /// Takes one step; `gradient` is the mean over the batch.
  public let step:
    @Sendable (
      _ theta: inout [Double], _ state: inout [[Double]], _ gradient: [Double],
      _ scalars: StepScalars
    ) -> Void

  /// Algorithm 2 of Loshchilov & Hutter, arXiv 1711.05101, lines 6 to 12.
  public static func adamW(beta1: Double, beta2: Double, epsilon: Double) -> TextbookRule {
    TextbookRule(states: 2) { theta, state, gradient, scalars in
      var (power1, power2) = (1.0, 1.0)
      for _ in 0..<scalars.step { (power1, power2) = (power1 * beta1, power2 * beta2) }
      for i in theta.indices {
        let g = gradient[i]
        state[0][i] = beta1 * state[0][i] + (1 - beta1) * g
        state[1][i] = beta2 * state[1][i] + (1 - beta2) * g * g
        let corrected = state[0][i] / (1 - power1)
        let root = (state[1][i] / (1 - power2)).squareRoot()
        let move = scalars.learningRate * corrected / (root + epsilon)
        theta[i] -= scalars.multiplier * (move + scalars.decay * theta[i])
      }
    }
  }

  /// Algorithm 1 of the same paper without decay, lines 8 and 9.
  public static func sgd(momentum: Double) -> TextbookRule {
    TextbookRule(states: 1) { theta, state, gradient, scalars in
      for i in theta.indices {
        let move = scalars.multiplier * scalars.learningRate * gradient[i]
        state[0][i] = momentum * state[0][i] + move
        theta[i] -= state[0][i]
      }
    }
  }
}
