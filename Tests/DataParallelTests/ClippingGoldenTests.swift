import Collectives
import DataParallel
import Optimizers
import Tensors
import TestSupport
import Testing

/// Clipping and coupled decay together go as in PyTorch, Keras and optax: 50 steps of each.
struct ClippingGoldenTests {
  /// Start, gradients [step][element] and η by step, which the cases share.
  private struct Inputs: Decodable {
    let start: [Double]
    let gradients: [String: [[Double]]]
    let schedules: [String: [Double]]
  }

  private struct File: Decodable {
    let steps: [Int]
    let cases: [Case]
  }

  /// A trajectory in Float64.
  private struct Case: Decodable {
    struct Options: Decodable {
      let lr: Double
      let l2: Double?
      let momentum: Double?
      let clip: Double?
      let decay: Double?
      let betas: [Double]?
      let epsilon: Double?

      enum CodingKeys: String, CodingKey {
        case lr, l2, momentum
        case clip = "clip-grad"
        case decay = "weight-decay"
        case betas = "opt-betas"
        case epsilon = "opt-eps"
      }
    }

    let rule: String
    let options: Options
    let gradients: String
    let schedule: String
    let parameters: [[Double]]
  }

  /// An optimizer of one rank over the elements of a case, which gets whole gradients.
  private final class Steps {
    let theta: FloatBuffer
    private let gradient: FloatBuffer
    private let optimizer: ShardedOptimizer
    private let clipping: GradientClipping
    private let options: Case.Options

    init(_ golden: Case, _ dialect: Dialect, clipping other: Dialect, _ start: [Double]) throws {
      options = golden.options
      let row = try UpdateRuleCatalog.row(golden.rule)
      var constants = row.constants(dialect)
      if let betas = options.betas { constants.betas = Betas(betas[0], betas[1]) }
      constants.epsilon = options.epsilon ?? constants.epsilon
      constants.momentum = options.momentum ?? constants.momentum
      let layout = ParameterLayout([("weight", .weight, .vector(start.count))])
      theta = FloatBuffer(count: layout.count)
      gradient = FloatBuffer(count: layout.count)
      for (i, value) in start.enumerated() { theta.base[i] = Float(value) }
      let plan = ReductionPlan(
        lanes: 1,
        ranks: 1,
        elements: layout.trainable.count,
        bucketGranules: 1
      )
      clipping = GradientClipping(limit: try #require(options.clip), dialect: other)
      optimizer = ShardedOptimizer(
        row.rule(constants, dialect),
        plan: plan,
        rank: 0,
        sharded: true,
        exchange: SoloCommunicator().exchange(plan, gradients: [gradient]),
        parameters: theta,
        gradients: gradient,
        penalizes: true,
        clipsPenalty: other.clipsCoupledDecay,
        team: threadTeam(size: 1)
      )
    }

    func take(_ step: Int, _ values: [Double], eta: Double) throws {
      for (i, value) in values.enumerated() { gradient.base[i] = Float(value) }
      optimizer.begin(
        StepScalars(
          step: step,
          learningRate: options.lr,
          multiplier: eta,
          decay: options.decay ?? 0,
          l2: options.l2 ?? 0,
          gradientScale: 1
        )
      )
      var numbers = Array(repeating: 0.0, count: optimizer.sumLayout.count)
      try numbers.withUnsafeMutableBufferPointer { numbers in
        let base = try #require(numbers.baseAddress)
        optimizer.sums(0..<theta.count, member: 0, into: base)
        let sums = ElementSums(base, optimizer.sumLayout)
        let norm = (sums.squaredWhole ?? sums.squaredGradient).squareRoot()
        try optimizer.step(sums, clip: clipping.factor(norm))
      }
    }
  }

  /// The largest deviation over the largest value that the element has had.
  private func deviation(
    _ golden: Case,
    _ dialect: Dialect,
    clipping other: Dialect,
    _ steps: [Int],
    _ inputs: Inputs
  ) throws -> Double {
    let run = try Steps(golden, dialect, clipping: other, inputs.start)
    let gradients = try #require(inputs.gradients[golden.gradients])
    let schedule = try #require(inputs.schedules[golden.schedule])
    var (largest, worst) = (inputs.start.map(abs), 0.0)
    for step in 1...(steps.last ?? 1) {
      try run.take(step, gradients[step - 1], eta: schedule[step - 1])
      for i in largest.indices { largest[i] = max(largest[i], Double(abs(run.theta.base[i]))) }
      guard let place = steps.firstIndex(of: step) else { continue }
      for (i, expected) in golden.parameters[place].enumerated() {
        worst = max(worst, abs(Double(run.theta.base[i]) - expected) / largest[i])
      }
    }
    return worst
  }

  @Test(arguments: [Dialect.pytorch, .keras, .optax])
  func clippingFollowsItsSource(dialect: Dialect) throws {
    let inputs: Inputs = try readGolden("optimizer-inputs.json")
    let file: File = try readGolden("optimizers-\(dialect.rawValue).json")
    let cases = file.cases.filter { $0.options.clip != nil }
    #expect(cases.count >= 2)
    for golden in cases {
      let own = try deviation(golden, dialect, clipping: dialect, file.steps, inputs)
      #expect(own < 5e-6, "\(golden.rule) in \(dialect): \(own)")
      // In the other order it would be noticed.
      let turned: Dialect = dialect == .keras ? .optax : .keras
      let other = try deviation(golden, dialect, clipping: turned, file.steps, inputs)
      #expect(other > 1e-2, "\(golden.rule) in \(dialect) as in \(turned): \(other)")
    }
  }
}
