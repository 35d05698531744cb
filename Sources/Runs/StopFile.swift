import Glibc

/// The file in a run folder by which anyone who may write there asks the run to stop.
public struct StopFile: Sendable {
  /// Its name.
  public static let name = "stop"

  private let path: String

  /// That of the run folder `run`.
  public init(ofRun run: String) { path = "\(run)/\(Self.name)" }

  /// Whether there is one; a folder is none, nor what cannot be looked at.
  public var isThere: Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
  }

  /// Takes it away, since it has been obeyed or means an earlier session; why it stays, as the
  /// system's number of the reason, nil where it is gone.
  @discardableResult
  public func remove() -> Int32? {
    if unlink(path) == 0 { return nil }
    let reason = errno
    return isThere ? reason : nil
  }
}
