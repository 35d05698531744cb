import Tensors

/// The constants that rules take; each rule uses those it knows.
public struct RuleConstants: Hashable, Sendable {
  /// Which constant; the raw value is the flag.
  public enum Name: String, CaseIterable, Sendable {
    /// β1 and β2.
    case betas = "opt-betas"
    /// ε.
    case epsilon = "opt-eps"
    /// The momentum of SGD.
    case momentum
  }

  /// β1 and β2.
  public var betas: (Double, Double) {
    get { (beta1, beta2) }
    set { (beta1, beta2) = newValue }
  }
  /// ε.
  public var epsilon: Double
  /// The momentum of SGD.
  public var momentum: Double
  private var beta1: Double
  private var beta2: Double

  /// Constants for any rule.
  public init(betas: (Double, Double), epsilon: Double, momentum: Double) {
    (beta1, beta2) = betas
    self.epsilon = epsilon
    self.momentum = momentum
  }
}

/// The update rules by name: a new one is a file and a row here.
public enum UpdateRuleCatalog {
  /// One rule's entry.
  public struct Row: Sendable {
    /// Its name on the command line.
    public let name: String
    /// The learning rate when none is given.
    public let learningRate: Double
    /// The constants it takes.
    public let takes: Set<RuleConstants.Name>
    /// The rule with the given constants.
    public let rule: @Sendable (RuleConstants) -> any UpdateRule
  }

  /// All rules.
  public static let rows: [Row] = [
    Row(name: "adamw", learningRate: 1e-3, takes: [.betas, .epsilon]) {
      AdamW(beta1: $0.betas.0, beta2: $0.betas.1, epsilon: $0.epsilon)
    },
    Row(name: "sgd", learningRate: 0.05, takes: [.momentum]) { SGD(momentum: $0.momentum) },
  ]

  /// The entry of that name; throws a usage failure that lists the names.
  public static func row(_ name: String) throws -> Row {
    guard let row = rows.first(where: { $0.name == name }) else {
      let names = rows.map(\.name).joined(separator: ", ")
      throw Failure(.usage, "--opt \(name): there is no such rule; there are \(names).")
    }
    return row
  }
}
