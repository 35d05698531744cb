import Optimizers
import Tensors

/// The contract of `UpdateRule` in executable form.
///
/// Throws a `ContractViolation` that says what the rule does otherwise; `textbook` is the same rule
/// with the same constants. Returns the largest deviation from it, relative to the largest element.
@discardableResult
public func checkUpdateRule(_ rule: any UpdateRule, textbook: TextbookRule) throws -> Double {
  let check = UpdateRuleCheck(rule: rule, textbook: textbook)
  try check.names()
  try check.partitions()
  try check.stillness()
  try check.finiteness()
  try check.decay()
  return try check.agreement()
}

private struct UpdateRuleCheck {
  let rule: any UpdateRule
  let textbook: TextbookRule

  /// Parameters, gradients and state of a rule under check.
  final class Bench {
    let theta: FloatBuffer
    let gradient: FloatBuffer
    let state: [FloatBuffer]

    init(_ rule: any UpdateRule, count: Int) {
      theta = FloatBuffer(count: count)
      gradient = FloatBuffer(count: count)
      state = rule.state.map { array in
        let buffer = FloatBuffer(count: count)
        buffer.elements.update(repeating: array.initial)
        return buffer
      }
    }

    func update(_ rule: any UpdateRule, _ range: Range<Int>, _ scalars: StepScalars) {
      let start = range.lowerBound
      let mean = gradient.elements[range].map { $0 * Float(scalars.gradientScale) }
      mean.withUnsafeBufferPointer { mean in
        state.map(\.base).withUnsafeBufferPointer { states in
          rule.update(
            UpdateSpan(
              count: range.count,
              parameters: theta.base + start,
              gradients: mean.baseAddress ?? UnsafePointer(gradient.base),
              states: states.baseAddress!,
              offset: start
            ),
            scalars
          )
        }
      }
    }

    var bits: [UInt32] { ([theta] + state).flatMap { $0.elements.map(\.bitPattern) } }
  }

  func scalars(_ step: Int, decay: Double = 0) -> StepScalars {
    StepScalars(
      step: step,
      learningRate: 3e-3,
      multiplier: 1 - Double(step) / 200,
      decay: decay,
      gradientScale: 1 / 7
    )
  }

  func names() throws {
    try require(!rule.name.isEmpty, "a rule without a name")
    try require(
      Set(rule.state.map(\.name)).count == rule.state.count,
      "\(rule.name): equal state names"
    )
    try require(
      textbook.states == rule.state.map { Double($0.initial) },
      "\(rule.name): the textbook has other state"
    )
  }

  /// The bits of an element depend on that element alone, whatever piece it is updated in.
  func partitions() throws {
    let count = 2500
    let cuts = [[1, 2, 3], [16, 1024], [7, 24, 333, 1999], Array(1...64) + [65, 2499]]
    let whole = Bench(rule, count: count)
    let parts = cuts.map { _ in Bench(rule, count: count) }
    for bench in [whole] + parts {
      for i in 0..<count { bench.theta.base[i] = unevenValue(1, 0, i) }
    }
    for step in 1...5 {
      for bench in [whole] + parts {
        for i in 0..<count { bench.gradient.base[i] = unevenValue(2, step, i) }
      }
      whole.update(rule, 0..<count, scalars(step, decay: 1e-3))
      for (bench, cut) in zip(parts, cuts) {
        for (start, end) in zip([0] + cut, cut + [count]) {
          bench.update(rule, start..<end, scalars(step, decay: 1e-3))
        }
        try require(
          bench.bits == whole.bits,
          "\(rule.name): pieces cut at \(cut.prefix(4)) give other bits in step \(step)"
        )
      }
    }
  }

  /// Without gradient, momentum and decay nothing moves, however large or small it is.
  func stillness() throws {
    let values: [Float] = [0, -0.0, 1, -3.5, .leastNonzeroMagnitude, 1e-30, -1e30, 1e38]
    let bench = Bench(rule, count: values.count)
    for (i, value) in values.enumerated() { bench.theta.base[i] = value }
    let before = bench.bits
    for step in 1...3 { bench.update(rule, 0..<values.count, scalars(step)) }
    try require(bench.bits == before, "\(rule.name) moves what has neither gradient nor decay")
  }

  /// Zeros after a burst of gradients leave finite numbers, however long.
  func finiteness() throws {
    let count = 100
    let bench = Bench(rule, count: count)
    for i in 0..<count { bench.gradient.base[i] = unevenValue(5, 0, i) }
    for step in 1...400 {
      bench.update(rule, 0..<count, scalars(min(step, 190), decay: 1e-3))
      if step == 2 { bench.gradient.elements.update(repeating: 0) }
    }
    let isFinite = ([bench.theta] + bench.state).allSatisfy { $0.elements.allSatisfy(\.isFinite) }
    try require(isFinite, "\(rule.name) makes something infinite or NaN out of zeros")
  }

  /// Zero gradients shrink by the product of 1 − η·λ, or by nothing where the rule has no decay.
  func decay() throws {
    let count = 50
    let bench = Bench(rule, count: count)
    for i in 0..<count { bench.theta.base[i] = unevenValue(4, 0, i) }
    var factor = 1.0
    for step in 1...100 {
      bench.update(rule, 0..<count, scalars(step, decay: 0.01))
      if rule.decaysWeights { factor *= 1 - scalars(step).multiplier * 0.01 }
    }
    for i in 0..<count {
      let expected = Double(unevenValue(4, 0, i)) * factor
      let error = abs(Double(bench.theta.base[i]) - expected) / abs(expected)
      // A rounding of half an ulp, or of ηλ, each step.
      try require(error < 100 * 0x1p-24, "\(rule.name): decay is off by \(error)")
    }
  }

  /// Fifty steps of random gradients follow the textbook.
  func agreement() throws -> Double {
    let count = 300
    let bench = Bench(rule, count: count)
    for i in 0..<count { bench.theta.base[i] = normal(0, i) }
    var theta = bench.theta.elements.map(Double.init)
    var state = textbook.states.map { Array(repeating: $0, count: count) }
    for step in 1...50 {
      for i in 0..<count { bench.gradient.base[i] = normal(step, i) }
      let now = scalars(step, decay: 2e-3)
      let mean = bench.gradient.elements.map { Double($0) * now.gradientScale }
      bench.update(rule, 0..<count, now)
      textbook.step(&theta, &state, mean, now)
    }
    var worst = 0.0
    for (buffer, expected) in zip([bench.theta] + bench.state, [theta] + state) {
      let scale = expected.reduce(0) { max($0, abs($1)) }
      for i in 0..<count { worst = max(worst, abs(Double(buffer.base[i]) - expected[i]) / scale) }
    }
    try require(worst < 1e-6, "\(rule.name) leaves its textbook by \(worst)")
    return worst
  }

  private func normal(_ step: Int, _ i: Int) -> Float {
    var draws = RandomDraws(seed: 11, purpose: .initialization, sample: i, step: step)
    return Float(draws.normalPair().0)
  }
}
