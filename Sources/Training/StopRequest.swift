import DataParallel

/// How this start of the program may be asked to end its run before the last step.
public struct StopRequest: Sendable {
  /// When the program began: --max-minutes counts from there.
  public let begun: ContinuousClock.Instant
  /// The flags of the signals that this rank has got so far; asked in every step.
  public let signals: @Sendable () -> StepFlags

  /// A request that comes by such signals; by default there are none.
  public init(
    begun: ContinuousClock.Instant = .now,
    signals: @escaping @Sendable () -> StepFlags = { [] }
  ) {
    (self.begun, self.signals) = (begun, signals)
  }
}
