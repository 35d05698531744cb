import Optimizers
import Tensors

/// A rule on a few elements, step by step, as the optimizer of one rank would run it: coupled
/// decay, sums and memory included.
public struct RuleTrajectory {
  /// The rule.
  public let rule: any UpdateRule
  /// θ after the last step.
  public private(set) var theta: [Float]
  /// The state arrays, in the order of the rule's.
  public var state: [[Float]]
  /// The rule's numbers.
  public private(set) var memory = SIMD4<Double>.zero

  /// Starts at `theta`.
  public init(_ rule: any UpdateRule, _ theta: [Float]) {
    (self.rule, self.theta) = (rule, theta)
    state = rule.state.map { Array(repeating: $0.initial, count: theta.count) }
  }

  /// Takes a step with the mean gradient; `scalars.l2` and the sign of `gradientScale` count, its
  /// size does not.
  public mutating func step(_ gradient: [Float], _ scalars: StepScalars) {
    var scalars = scalars
    scalars.memory = memory
    let sign: Float = scalars.gradientScale < 0 ? -1 : 1
    let l2 = Float(scalars.l2)
    let mean = zip(gradient, theta).map { g, t in l2 == 0 ? sign * g : sign * g + l2 * t }
    let (rule, count) = (rule, theta.count)
    let buffers = state.map { values in
      let buffer = FloatBuffer(count: values.count)
      for (i, value) in values.enumerated() { buffer.base[i] = value }
      return buffer
    }
    theta.withUnsafeMutableBufferPointer { theta in
      mean.withUnsafeBufferPointer { mean in
        buffers.map(\.base).withUnsafeBufferPointer { states in
          let span = UpdateSpan(
            count: count,
            parameters: theta.baseAddress!,
            gradients: mean.baseAddress!,
            states: states.baseAddress!,
            offset: 0
          )
          scalars.memory = rule.remember(rule.sums(span, scalars), scalars)
          rule.update(span, scalars)
        }
      }
    }
    memory = scalars.memory
    state = buffers.map { Array($0.elements) }
  }
}
