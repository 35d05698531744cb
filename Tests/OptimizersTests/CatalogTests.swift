import Optimizers
import Tensors
import Testing

/// Rules by name, and the decay that follows from a normalised one.
struct CatalogTests {
  @Test func namesAndRates() throws {
    let names = UpdateRuleCatalog.rows.map(\.name)
    #expect(
      names.starts(with: ["adamw", "adam", "sgdw", "sgd"]) && Set(names).count == names.count
    )
    #expect(try UpdateRuleCatalog.row("adamw").learningRate == 1e-3)
    #expect(try UpdateRuleCatalog.row("sgd").learningRate == 0.05)
  }

  /// What a row says of a constant, it says where it takes it.
  @Test(arguments: UpdateRuleCatalog.rows.map(\.name))
  func traitsGoWithConstants(name: String) throws {
    let row = try UpdateRuleCatalog.row(name)
    #expect((row.epsilonPlace != nil) == row.takes.contains(.epsilon))
    #expect((row.rateEntersMomentum != nil) == row.takes.contains(.momentum))
    #expect(Set(row.dialects).isSuperset(of: row.python.keys))
  }

  @Test func constantsReachTheirRule() throws {
    var constants = RuleConstants()
    constants.betas = Betas(0.8, 0.95)
    (constants.epsilon, constants.momentum) = (1e-4, 0.7)
    (constants.amsgrad, constants.nesterov) = (true, true)
    let adamW = try #require(UpdateRuleCatalog.row("adamw").rule(constants, .keras) as? AdamW)
    let expected = AdamConstants(
      beta1: 0.8,
      beta2: 0.95,
      epsilon: 1e-4,
      amsgrad: true,
      dialect: .keras
    )
    #expect(adamW == AdamW(expected))
    let sgd = try #require(UpdateRuleCatalog.row("sgd").rule(constants, .optax) as? SGD)
    #expect(sgd == SGD(MomentumConstants(factor: 0.7, nesterov: true, dialect: .optax)))
  }

  @Test(arguments: ["adamax", "AdamW", "", "sgd "])
  func anUnknownNameIsAnsweredWithTheNames(name: String) {
    let failure = #expect(throws: Failure.self) { try UpdateRuleCatalog.row(name) }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("--opt \(name)") == true)
    #expect(failure?.message.contains("adamw, adam, sgdw, sgd") == true)
  }

  /// Their sources' defaults: Keras 3.15, PyTorch 2.15, optax 0.2.8.
  @Test(arguments: [
    ("adamw", Dialect.paper, 1e-8), ("adamw", .authors, 1e-8), ("adamw", .pytorch, 1e-8),
    ("adamw", .keras, 1e-7), ("adam", .tfa, 1e-7), ("adam", .optax, 1e-8),
    ("adagrad", .pytorch, 1e-10), ("adagrad", .keras, 1e-7), ("adagrad", .optax, 1e-7),
    ("rmsprop", .pytorch, 1e-8), ("rmsprop", .keras, 1e-7), ("rmsprop", .optax, 1e-8),
    ("adadelta", .pytorch, 1e-6), ("adadelta", .keras, 1e-7), ("adadelta", .optax, 1e-6),
    ("swats", .paper, 1e-9),
  ])
  func everyDialectHasItsEpsilon(name: String, dialect: Dialect, epsilon: Double) throws {
    #expect(try UpdateRuleCatalog.row(name).constants(dialect).epsilon == epsilon)
  }

  @Test func whatADialectDoesNotHaveIsRefused() throws {
    var constants = RuleConstants()
    constants.amsgrad = true
    #expect(
      try UpdateRuleCatalog.row("adam").objection(constants, .authors)?.hasPrefix("--amsgrad")
        == true
    )
    #expect(try UpdateRuleCatalog.row("adam").objection(constants, .tfa) == nil)
    constants = RuleConstants()
    constants.dampening = 0.5
    for dialect in Dialect.allCases {
      let objection = try UpdateRuleCatalog.row("sgd").objection(constants, dialect)
      #expect((objection == nil) == (dialect == .pytorch || dialect == .authors), "\(dialect)")
    }
    constants.nesterov = true
    #expect(
      try UpdateRuleCatalog.row("sgd").objection(constants, .pytorch)?.hasPrefix("--nesterov")
        == true
    )
    for (name, dialect) in [("adagrad", Dialect.authors), ("rmsprop", .tfa), ("swats", .pytorch)] {
      let row = try UpdateRuleCatalog.row(name)
      let objection = row.objection(row.constants(dialect), dialect)
      #expect(objection?.hasPrefix("--opt \(name): --dialect \(dialect.rawValue)") == true)
    }
  }

  @Test func normalizedDecayIsThePapers() {
    // 100 epochs of CIFAR-10 in batches of 128: √(128 / 5,000,000) = √2.56e-5 = 0.0050596443. The
    // authors' code rounds B/b up to 391 batches and gets 1.2643e-4 instead.
    let value = decay(normalized: 0.025, batch: 128, samples: 50_000, epochs: 100)
    #expect(abs(value - 1.264911064e-4) < 1e-13)
  }

  @Test func normalizedDecayScales() {
    let one = decay(normalized: 0.05, batch: 100, samples: 10_000, epochs: 1)
    #expect(abs(one - 0.005) < 1e-15)
    let fourEpochs = decay(normalized: 0.05, batch: 100, samples: 10_000, epochs: 4)
    #expect(abs(fourEpochs - one / 2) < 1e-15)
    let fourfoldBatch = decay(normalized: 0.05, batch: 400, samples: 10_000, epochs: 1)
    #expect(abs(fourfoldBatch - 2 * one) < 1e-15)
    #expect(decay(normalized: 0, batch: 100, samples: 10_000, epochs: 1) == 0)
  }
}
