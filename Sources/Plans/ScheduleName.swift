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
}
