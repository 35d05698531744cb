/// How Shake-Shake blocks mix their branches in training, as Gastaldi's tables name it:
/// "shake-shake-image", "even-even-batch".
///
/// Forward takes α of one branch and 1 − α of the other, backward β and 1 − β. Evaluation always
/// takes ½.
public struct ShakeMode: Hashable, Sendable, CustomStringConvertible {
  /// Where α comes from.
  public enum Forward: String, CaseIterable, Sendable {
    /// α is drawn from U(0, 1).
    case shake
    /// α is ½.
    case even
  }

  /// Where β comes from.
  public enum Backward: String, CaseIterable, Sendable {
    /// β is drawn from U(0, 1), independently of α.
    case shake
    /// β is ½.
    case even
    /// β is α.
    case keep
  }

  /// What shares a draw.
  public enum Level: String, CaseIterable, Sendable {
    /// Nothing: every image and block has its own.
    case image
    /// The images of a global batch: every block has one.
    case batch
  }

  /// Where α comes from.
  public var forward: Forward
  /// Where β comes from.
  public var backward: Backward
  /// What shares a draw.
  public var level: Level

  /// A mode of the three.
  public init(_ forward: Forward, _ backward: Backward, _ level: Level) {
    (self.forward, self.backward, self.level) = (forward, backward, level)
  }

  /// The mode of that name, nil where there is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let forward = Forward(rawValue: parts[0]),
      let backward = Backward(rawValue: parts[1]), let level = Level(rawValue: parts[2])
    else { return nil }
    self.init(forward, backward, level)
  }

  /// Its name: forward, backward and level.
  public var description: String {
    "\(forward.rawValue)-\(backward.rawValue)-\(level.rawValue)"
  }

  /// What the AdamW paper's networks and Gastaldi's best results have.
  public static let paper = ShakeMode(.shake, .shake, .image)
}
