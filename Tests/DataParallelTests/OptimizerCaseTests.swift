import DataParallel
import Optimizers
import Tensors
import TestSupport
import Testing

/// Every rule, with all that may happen around it, has the bits of one rank on any number of ranks.
@Suite(.serialized)
struct OptimizerCaseTests {
  private static let layoutLikeANetwork: [(String, ParameterRole, ParameterStorage)] = [
    (
      "fc.weight", .weight,
      .dense(
        input: ImageShape(height: 1, width: 1, channels: 50),
        output: 10
      )
    ), ("fc.bias", .bias, .vector(10)),
    ("bn.weight", .gain, .vector(33)), ("bn.bias", .shift, .vector(33)),
    ("conv.weight", .weight, .convolution(height: 3, width: 3, input: 33, output: 33)),
    ("bn.running_mean", .statistic, .vector(33)),
  ]

  private func setup(_ rule: any UpdateRule) -> StepSetup {
    var setup = StepSetup()
    setup.named = Self.layoutLikeANetwork
    setup.rule = rule
    setup.bucketGranules = 3
    setup.batches = Array(repeating: 40, count: 5)
    return setup
  }

  @Test(arguments: UpdateRuleCatalog.rows.map(\.name), [true, false])
  func everyRuleOnAnyRanks(name: String, isSharded: Bool) throws {
    let row = try UpdateRuleCatalog.row(name)
    var constants = row.constants(.paper)
    constants.amsgrad = row.takes.contains(.amsgrad)
    constants.centered = row.takes.contains(.centered)
    // So near that it switches within the steps.
    constants.tolerance = 1
    var setup = setup(row.rule(constants, .paper))
    setup.l2 = 0.01
    setup.clip = 0.5
    setup.factors = try factors()
    let alone = try outcomes(setup, ranks: 1)[0]
    setup.isSharded = isSharded
    for ranks in [1, 2, 3, 8] {
      for (rank, outcome) in try outcomes(setup, ranks: ranks).enumerated() {
        let place = "\(name), rank \(rank) of \(ranks)"
        #expect(differences(outcome.parameters, alone.parameters) == 0, "\(place)")
        #expect(differences(outcome.average, alone.average) == 0, "\(place)")
        #expect(outcome.penalties == alone.penalties, "\(place)")
        #expect(outcome.ruleSums == alone.ruleSums, "\(place)")
        #expect(outcome.memory == alone.memory, "\(place)")
      }
    }
    if name == "swats" { #expect(alone.memory[2] > 0, "it never became SGD") }
  }

  private func factors() throws -> ParameterFactors.ByGroup {
    var (norm, bias, dense) = (ParameterFactors(), ParameterFactors(), ParameterFactors())
    (norm.decay, norm.l2) = (0, 0)
    bias.learningRate = 2
    (dense.learningRate, dense.decay) = (0.5, 0.25)
    return [.norm: norm, .bias: bias, .dense: dense]
  }

  /// One step of SGD without momentum shows every factor.
  @Test func factorsReachTheirTensors() throws {
    var setup = setup(SGDW(MomentumConstants(factor: 0)))
    setup.batches = [40]
    setup.l2 = 0.1
    setup.factors = try factors()
    let outcome = try outcomes(setup, ranks: 2)[0]
    let (layout, rows) = (setup.layout, setup.rows(step: 0))
    for entry in layout.entries where entry.role != .statistic {
      let (rate, decay, l2) =
        switch entry.name {
        case "fc.weight": (0.5, 0.25, 0.1)
        case "fc.bias": (2.0, 1.0, 0.1)
        case "bn.weight", "bn.bias": (1.0, 0.0, 0.0)
        default: (1.0, 1.0, 0.1)
        }
      for i in entry.range {
        let theta = Double(unevenValue(99, 0, i))
        let g = rows.reduce(0) { $0 + Double($1[i]) } / 40 + l2 * theta
        let expected = theta - 0.01 * rate * g - 0.003 * decay * theta
        let found = Double(Float(bitPattern: outcome.parameters[i]))
        #expect(abs(found - expected) < 1e-6 * max(1, abs(theta)), "\(entry.name)")
      }
    }
  }

  /// In Keras' dialect the norm has what coupled decay adds, factors and exceptions included, and that
  /// is scaled with the rest; on any number of ranks the same.
  @Test(arguments: [Dialect.paper, .keras], [true, false])
  func clippingKnowsCoupledDecayByDialect(dialect: Dialect, isSharded: Bool) throws {
    var setup = setup(SGDW(MomentumConstants(factor: 0)))
    setup.batches = [40]
    (setup.l2, setup.isSharded, setup.factors) = (2, isSharded, try factors())
    setup.factors[.norm]?.decay = 1
    setup.clipping = GradientClipping(limit: 0.5, dialect: dialect)
    let alone = try outcomes(setup, ranks: 1)[0]
    for ranks in [2, 3, 8] {
      for outcome in try outcomes(setup, ranks: ranks) {
        #expect(differences(outcome.parameters, alone.parameters) == 0)
        #expect(outcome.norms == alone.norms)
      }
    }
    let (layout, rows) = (setup.layout, setup.rows(step: 0))
    var (squares, gradients) = (0.0, [Int: (data: Double, l2: Double)]())
    for entry in layout.entries where entry.role != .statistic {
      for i in entry.range {
        let l2 = entry.name.hasPrefix("bn") ? 0 : 2 * Double(unevenValue(99, 0, i))
        let data = rows.reduce(0) { $0 + Double($1[i]) } / 40
        let whole = dialect == .keras ? data + l2 : data
        squares += whole * whole
        gradients[i] = (data, l2)
      }
    }
    #expect(abs(alone.norms[0] / squares.squareRoot() - 1) < 1e-6)
    let factor = 0.5 / squares.squareRoot()
    #expect(factor < 0.5)
    for entry in layout.entries where entry.role != .statistic {
      let rate = entry.name == "fc.weight" ? 0.5 : entry.name == "fc.bias" ? 2 : 1
      for i in entry.range {
        let (theta, g) = (Double(unevenValue(99, 0, i)), gradients[i] ?? (0, 0))
        let clipped = factor * g.data + (dialect == .keras ? factor : 1) * g.l2
        let decay = entry.name == "fc.weight" ? 0.25 : 1
        let expected = theta - 0.01 * rate * clipped - 0.003 * decay * theta
        let found = Double(Float(bitPattern: alone.parameters[i]))
        #expect(abs(found - expected) < 2e-6 * max(1, abs(theta)), "\(entry.name)")
      }
    }
  }

  @Test func thePenaltyIsHalfTheSquaresOfWhatItActsOn() throws {
    var setup = setup(SGD(MomentumConstants(factor: 0.9)))
    setup.batches = [40]
    setup.l2 = 0.02
    setup.factors = try factors()
    var expected = 0.0
    for entry in setup.layout.entries where entry.role != .statistic && !entry.name.hasPrefix("bn")
    {
      for i in entry.range {
        expected += 0.01 * Double(unevenValue(99, 0, i)) * Double(unevenValue(99, 0, i))
      }
    }
    for outcome in try outcomes(setup, ranks: 3) {
      #expect(abs(outcome.penalties[0] - expected) < 1e-12 * expected)
    }
  }

  @Test func theAverageFollowsByItsDecay() throws {
    var setup = setup(SGD(MomentumConstants(factor: 0.9)))
    setup.batches = [40]
    let outcome = try outcomes(setup, ranks: 2)[1]
    for i in setup.layout.entries.flatMap(\.range) {
      let (before, after) = (unevenValue(99, 0, i), Float(bitPattern: outcome.parameters[i]))
      let expected = before + Float(1 - 0.9) * (after - before)
      #expect(Float(bitPattern: outcome.average[i]) == expected)
    }
  }
}
