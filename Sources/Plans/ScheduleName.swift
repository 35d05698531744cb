/// What --sched can be.
public enum ScheduleName: String, Sendable, CaseIterable {
  /// η = 1.
  case fixed
  /// Falls by a factor at given epochs.
  case step
  /// A level between given epochs.
  case piecewiseConstant = "piecewise-constant"
  /// Lines between given epochs.
  case piecewiseLinear = "piecewise-linear"
  /// A cosine over the whole horizon.
  case cosine
  /// A cosine in each of several periods.
  case warmRestarts = "warm-restarts"

  /// The flags that belong to it, beside --warmup-epochs, which any schedule takes.
  var takes: [String] {
    switch self {
    case .fixed: []
    case .step: ["step-epochs", "step-factor"]
    case .piecewiseConstant, .piecewiseLinear: ["knots"]
    case .cosine: ["cosine-period"]
    case .warmRestarts:
      ["restart-epochs", "restart-mult", "eta-min", "eta-max", "restart-momentum"]
    }
  }
}
