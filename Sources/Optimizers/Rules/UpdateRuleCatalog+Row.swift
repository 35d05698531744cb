extension UpdateRuleCatalog {
  /// One rule's entry: all that others ask of a rule beside its update.
  public struct Row: Sendable {
    /// Where ε stands beside the root of a second moment v.
    public enum EpsilonPlace: Sendable {
      /// √v̂ + ε, v̂ being corrected for its start at 0.
      case besideCorrectedRoot
      /// √v + ε, corrected afterwards.
      case besideRawRoot
      /// √v + ε of a v that nobody corrects.
      case besideRoot
      /// √(v + ε).
      case underRoot
    }

    /// Its name on the command line.
    public let name: String
    /// The learning rate when none is given.
    public let learningRate: Double
    /// Whether it has decoupled weight decay.
    public var decaysWeights = false
    /// The constants it takes.
    public let takes: Set<RuleConstants.Name>
    /// The dialects that have it, or in which it can be meant.
    public var dialects = Dialect.allCases
    /// Its names in the Python libraries that have it as one optimizer.
    public let python: [Dialect: PythonName]
    /// Where ε stands in a dialect; nil for a rule without.
    public var epsilonPlace: (@Sendable (Dialect) -> EpsilonPlace)?
    /// Whether ηα is taken into its momentum in a dialect, or multiplies it; nil for a rule without
    /// momentum.
    public var rateEntersMomentum: (@Sendable (Dialect) -> Bool)?
    /// Whether its step is ηα times gradient or momentum, the same for every element.
    public var isPlainDescent = false
    /// What differs from the usual constants, by dialect.
    var usual: @Sendable (Dialect, inout RuleConstants) -> Void = { _, _ in }
    /// The rule with the given constants.
    let make: @Sendable (RuleConstants, Dialect) -> any UpdateRule

    /// The constants when none are given.
    public func constants(_ dialect: Dialect) -> RuleConstants {
      var constants = RuleConstants()
      usual(dialect, &constants)
      return constants
    }

    /// Why the rule cannot be meant in a dialect with these constants; nil where it can.
    public func objection(_ constants: RuleConstants, _ dialect: Dialect) -> String? {
      guard dialects.contains(dialect) else {
        return "--opt \(name): --dialect \(dialect.rawValue) has no such rule; "
          + "\(dialects.map(\.rawValue).joined(separator: ", ")) have."
      }
      if constants.amsgrad && dialect == .authors {
        return "--amsgrad: the authors' code has none; take --dialect paper or pytorch."
      }
      if constants.dampening != 0 && dialect != .pytorch && dialect != .authors {
        return "--dampening: only Torch's momentum has it; take --dialect pytorch or authors."
      }
      if constants.nesterov && (constants.momentum == 0 || constants.dampening != 0) {
        return "--nesterov needs a --momentum and no --dampening."
      }
      return nil
    }

    /// The rule; its constants must raise no objection.
    public func rule(_ constants: RuleConstants, _ dialect: Dialect) -> any UpdateRule {
      let objection = objection(constants, dialect)
      precondition(objection == nil, objection ?? "")
      return make(constants, dialect)
    }
  }
}
