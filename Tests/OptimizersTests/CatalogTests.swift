import Optimizers
import Tensors
import Testing

/// Rules by name, and the decay that follows from a normalised one.
struct CatalogTests {
  @Test func namesAndRates() throws {
    #expect(UpdateRuleCatalog.rows.map(\.name) == ["adamw", "sgd"])
    #expect(try UpdateRuleCatalog.row("adamw").learningRate == 1e-3)
    #expect(try UpdateRuleCatalog.row("sgd").learningRate == 0.05)
  }

  @Test func constantsReachTheirRule() throws {
    let constants = RuleConstants(betas: (0.8, 0.95), epsilon: 1e-4, momentum: 0.7)
    let adamW = try #require(UpdateRuleCatalog.row("adamw").rule(constants) as? AdamW)
    #expect(adamW == AdamW(beta1: 0.8, beta2: 0.95, epsilon: 1e-4))
    let sgd = try #require(UpdateRuleCatalog.row("sgd").rule(constants) as? SGD)
    #expect(sgd == SGD(momentum: 0.7))
  }

  @Test(arguments: ["adam", "AdamW", "", "sgd "])
  func anUnknownNameIsAnsweredWithTheNames(name: String) {
    let failure = #expect(throws: Failure.self) { try UpdateRuleCatalog.row(name) }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("--opt \(name)") == true)
    #expect(failure?.message.contains("adamw, sgd") == true)
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
