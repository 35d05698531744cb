/// A mistake of the user or of the world, said in one sentence.
///
/// It travels up to the executable, which prints `message` and exits with `kind.rawValue`.
/// A mistake of ours is a precondition instead.
public struct Failure: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as the exit code of the program.
  public enum Kind: Int32, Sendable {
    /// Flags and plan.
    case usage = 64
    /// Data missing or bad.
    case data = 65
    /// Launcher, MPI, a lost rank.
    case launch = 69
    /// Training diverged: a loss or a gradient is not finite, or a step that was computed twice
    /// differs.
    case diverged = 70
    /// File system.
    case file = 74
  }

  /// The kind, which is the exit code.
  public let kind: Kind
  /// One sentence that names the file or the flag.
  public let message: String

  /// Whether every rank throws this same failure and knows it.
  public let isAgreed: Bool

  /// A failure of `kind` that says `message`.
  public init(_ kind: Kind, _ message: String, isAgreed: Bool = false) {
    self.kind = kind
    self.message = message
    self.isAgreed = isAgreed
  }

  /// The sentence.
  public var description: String { message }
}
