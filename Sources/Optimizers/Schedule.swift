import Tensors

/// η, the schedule multiplier, as a pure function of the step.
public struct Schedule: Hashable, Sendable {
  /// The shape after warm-up.
  public enum Shape: String, Sendable, CaseIterable {
    /// η = 1.
    case fixed
    /// η = ½(1 + cos(π·s/S)) (equation 14 of the paper for one restart period).
    case cosine
  }

  /// The shape.
  public let shape: Shape
  /// S, the steps of the whole horizon, warm-up included.
  public let steps: Int
  /// Steps over which η rises linearly from 0; it is multiplied onto the shape, whose horizon does not move.
  public let warmupSteps: Int

  /// A schedule over `steps` steps.
  public init(shape: Shape, steps: Int, warmupSteps: Int) {
    self.shape = shape
    self.steps = steps
    self.warmupSteps = warmupSteps
  }

  /// η at 0-based step `step`: with warm-up of W steps, times min(1, (s + 1)/W).
  public func multiplier(at step: Int) -> Double {
    let warmup = step < warmupSteps ? Double(step + 1) / Double(warmupSteps) : 1
    switch shape {
    case .fixed: return warmup
    case .cosine: return warmup * 0.5 * (1 + Elementary.cosPi(Double(step) / Double(steps)))
    }
  }
}
