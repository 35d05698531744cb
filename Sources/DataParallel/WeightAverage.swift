import Collectives
import Tensors

/// An exponential moving average of the parameters: a ← d·a + (1 − d)·θ after every update, from
/// the first parameters on.
///
/// Each rank keeps the average of the elements that it updates; `gather` brings all of them
/// together. Running statistics are averaged alike on every rank.
public final class WeightAverage {
  /// d.
  public let decay: Double
  /// The averages in the model's layout; elements of other ranks are right after `gather` only.
  public let values: FloatBuffer
  private let parameters: FloatBuffer
  private let statistics: Range<Int>

  /// An average of `parameters`, a buffer of the whole `layout`; `values` is one like it.
  public init(
    decay: Double,
    of parameters: FloatBuffer,
    layout: ParameterLayout,
    in values: FloatBuffer
  ) {
    precondition(decay >= 0 && decay < 1, "a decay of \(decay) forgets nothing or everything")
    (self.decay, self.parameters, self.values) = (decay, parameters, values)
    statistics = layout.statistics
  }

  /// Starts again from the parameters as they are.
  public func begin() {
    values.base.update(from: parameters.base, count: min(values.count, parameters.count))
  }

  /// Takes in the elements of `range`, which have just been updated.
  func follow(_ range: Range<Int>) {
    let share = Float(1 - decay)
    let (a, theta) = (values.base, parameters.base)
    for i in range { a[i] += share * (theta[i] - a[i]) }
  }

  /// Takes in the running statistics.
  func followStatistics() { follow(statistics) }
}
