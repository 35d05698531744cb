import Foundation

/// The process of rank 0, which tells whether a run still goes on.
public struct RunProcess: Sendable, Equatable {
  /// Its host.
  public let host: String
  /// Its number there.
  public let pid: Int32
  /// When the run was started, in UTC (ISO 8601).
  public let started: String

  /// A process that has started the run at that time.
  public init(host: String, pid: Int32, started: String = now) {
    (self.host, self.pid, self.started) = (host, pid, started)
  }

  /// The time in UTC (ISO 8601).
  public static var now: String { Date.now.formatted(.iso8601) }
}
