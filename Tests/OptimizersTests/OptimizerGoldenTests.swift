import Foundation
import Optimizers
import TestSupport
import Testing

/// Every rule in every dialect follows its source: PyTorch, Keras, optax, the authors' code,
/// TensorFlow Addons and the papers' algorithms.
struct OptimizerGoldenTests {
  /// Start, gradients [step][element] and η by step, which the cases share.
  struct Inputs: Decodable {
    let start: [Double]
    let gradients: [String: [[Double]]]
    let schedules: [String: [Double]]
  }

  struct File: Decodable {
    let steps: [Int]
    let cases: [Case]
  }

  /// One trajectory in Float64.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    enum CodingKeys: String, CodingKey {
      case madeBy = "made-by"
      case dialect, rule, options, gradients, schedule, parameters
      case switchesAfter = "switches-after"
      case switchRate = "switch-rate"
    }

    /// A flag's value.
    enum Value: Decodable, Sendable {
      case number(Double)
      case pair([Double])
      case flag(Bool)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
          self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
          self = .number(number)
        } else {
          self = .pair(try container.decode([Double].self))
        }
      }
    }

    let madeBy: String
    let dialect: String
    let rule: String
    let options: [String: Value]
    let gradients: String
    let schedule: String
    let parameters: [[Double]]
    let switchesAfter: Int?
    let switchRate: Double?

    var testDescription: String { madeBy }
  }

  /// Deviation in Float32 over the largest value that the element has had; measured: at most
  /// 2.9e-6, in Algorithm 1 with λ = 2.5 and a rate of 1000.
  private static let tolerance = 5e-6

  private static func read<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appending(path: "Goldens/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  @Test(arguments: ["pytorch", "keras", "optax", "transcribed"])
  func rulesFollowTheirSources(source: String) throws {
    let inputs = try Self.read("optimizer-inputs", as: Inputs.self)
    let file = try Self.read("optimizers-\(source)", as: File.self)
    #expect(file.cases.count > 20)
    // What comes before the rule: ClippingGoldenTests.
    for golden in file.cases where golden.options["clip-grad"] == nil {
      let deviation = try Self.deviation(golden, file.steps, inputs)
      #expect(deviation < Self.tolerance, "\(golden.madeBy), --dialect \(golden.dialect)")
    }
  }

  /// A golden of another dialect would be noticed: the sources differ by more than the tolerance.
  @Test func dialectsAreToldApart() throws {
    let inputs = try Self.read("optimizer-inputs", as: Inputs.self)
    var missed: [String] = []
    for (source, other) in [("pytorch", "keras"), ("keras", "pytorch"), ("optax", "keras")] {
      let file = try Self.read("optimizers-\(source)", as: File.self)
      let told = try file.cases.count { golden in
        try golden.options["clip-grad"] == nil
          && Self.deviation(golden, file.steps, inputs, dialect: other) > 2 * Self.tolerance
      }
      if 2 * told < file.cases.count { missed.append("\(source) as \(other): \(told)") }
    }
    #expect(missed == [])
  }

  private static func deviation(
    _ golden: Case,
    _ steps: [Int],
    _ inputs: Inputs,
    dialect other: String? = nil
  ) throws -> Double {
    let dialect = try #require(Dialect(rawValue: other ?? golden.dialect))
    let row = try UpdateRuleCatalog.row(golden.rule)
    var constants = row.constants(dialect)
    var (rate, decay, l2, sign) = (0.0, 0.0, 0.0, 1.0)
    for (name, value) in golden.options {
      switch (name, value) {
      case ("lr", .number(let x)): rate = x
      case ("weight-decay", .number(let x)): decay = x
      case ("l2", .number(let x)): l2 = x
      case ("maximize", .flag(let on)): sign = on ? -1 : 1
      case ("opt-betas", .pair(let x)): constants.betas = Betas(x[0], x[1])
      case ("opt-eps", .number(let x)): (constants.epsilon, constants.tolerance) = (x, x)
      case ("momentum", .number(let x)): constants.momentum = x
      case ("dampening", .number(let x)): constants.dampening = x
      case ("rho", .number(let x)): constants.rho = x
      case ("initial-accumulator", .number(let x)): constants.initialAccumulator = x
      case ("nesterov", .flag(let on)): constants.nesterov = on
      case ("amsgrad", .flag(let on)): constants.amsgrad = on
      case ("centered", .flag(let on)): constants.centered = on
      default: Issue.record("\(golden.madeBy) has an option \(name)")
      }
    }
    if other != nil, row.objection(constants, dialect) != nil { return .infinity }
    let gradients = try #require(inputs.gradients[golden.gradients])
    let schedule = try #require(inputs.schedules[golden.schedule])
    var trajectory = RuleTrajectory(row.rule(constants, dialect), inputs.start.map(Float.init))
    var largest = inputs.start.map(abs)
    var worst = 0.0
    for step in 1...(steps.last ?? 1) {
      trajectory.step(
        gradients[step - 1].map(Float.init),
        StepScalars(
          step: step,
          learningRate: rate,
          multiplier: schedule[step - 1],
          decay: decay,
          l2: l2,
          gradientScale: sign
        )
      )
      for (i, value) in trajectory.theta.enumerated() {
        largest[i] = max(largest[i], abs(Double(value)))
      }
      guard let place = steps.firstIndex(of: step) else { continue }
      for (i, expected) in golden.parameters[place].enumerated() {
        worst = max(worst, abs(Double(trajectory.theta[i]) - expected) / largest[i])
      }
    }
    if golden.rule == "swats" {
      #expect(trajectory.memory[2] == Double(golden.switchesAfter ?? 0))
      let found = trajectory.memory[1] - (golden.switchRate ?? 0)
      #expect(abs(found) < 1e-6 * max(1e-3, golden.switchRate ?? 0))
    }
    return worst
  }
}
