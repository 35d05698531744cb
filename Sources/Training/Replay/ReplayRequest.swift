import Kernels

/// Which stretch of which run is to be computed again, and how.
public struct ReplayRequest: Sendable {
  /// The run folder.
  public var run: String
  /// The steps after which it begins, at the newest checkpoint not behind them; nil: at the oldest.
  public var from: Int?
  /// The steps after which it ends; nil: the last of which the run has a digest.
  public var to: Int?
  /// "synthetic" or a folder; nil: the run's own data.
  public var data: String?
  /// Threads of a rank.
  public var threads: Int?
  /// Leaves threads to the scheduler.
  public var noPin: Bool
  /// The instruction set of the kernels; nil: what the run was told.
  public var kernels: KernelChoice?
  /// Allows ranks whose OpenBLAS kernels differ.
  public var allowMixedCPU: Bool

  /// A request.
  public init(
    run: String,
    from: Int? = nil,
    to: Int? = nil,
    data: String? = nil,
    threads: Int? = nil,
    noPin: Bool = false,
    kernels: KernelChoice? = nil,
    allowMixedCPU: Bool = false
  ) {
    (self.run, self.from, self.to, self.data) = (run, from, to, data)
    (self.threads, self.noPin, self.kernels) = (threads, noPin, kernels)
    self.allowMixedCPU = allowMixedCPU
  }
}
