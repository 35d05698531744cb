/// A field of the plan that a run goes on with otherwise than it was.
public struct PlanChange: Codable, Sendable, Equatable {
  /// Its flag.
  public let flag: String
  /// What it was; nil where it was the default.
  public let old: String?
  /// What it is; nil where it is the default.
  public let new: String?

  /// A change of the field of that flag.
  package init(flag: String, old: String?, new: String?) {
    (self.flag, self.old, self.new) = (flag, old, new)
  }

  /// "--lr 0.001 (now 0.01)".
  public var text: String {
    func value(_ text: String?) -> String { text.map { $0.isEmpty ? "''" : $0 } ?? "by default" }
    return "--\(flag) \(value(old)) (now \(value(new)))"
  }
}
