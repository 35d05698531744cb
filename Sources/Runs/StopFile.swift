import Glibc

/// The file in a run folder by which anyone who may write there asks the run to stop.
public struct StopFile: Sendable {
  /// Its name.
  public static let name = "stop"

  private let path: String

  /// That of the run folder `run`.
  public init(ofRun run: String) { path = "\(run)/\(Self.name)" }

  /// Whether there is one; what cannot be looked at is not.
  public var isThere: Bool { access(path, F_OK) == 0 }

  /// Takes it away, since it has been obeyed or means an earlier session; says whether there was one.
  @discardableResult
  public func remove() -> Bool { unlink(path) == 0 }
}
