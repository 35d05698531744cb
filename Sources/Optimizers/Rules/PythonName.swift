/// What a Python library calls a rule.
public struct PythonName: Sendable, ExpressibleByStringLiteral {
  /// The optimizer with its module: "torch.optim.SGD".
  public let optimizer: String
  /// The parameter that is ρ.
  public var rho = "rho"
  /// Whether a rule with decoupled decay has it there too.
  public var decaysWeights = true

  /// An optimizer whose other names are as usual.
  public init(stringLiteral optimizer: String) { self.optimizer = optimizer }

  init(_ optimizer: String, rho: String = "rho", decaysWeights: Bool = true) {
    (self.optimizer, self.rho, self.decaysWeights) = (optimizer, rho, decaysWeights)
  }
}
