import Optimizers
import Tensors

/// Applies a rule to any elements of the layout that state is there for: prepares their gradient
/// and cuts them where factors change.
///
/// g = scale·Σg + l2·θ, with the sum over the samples of the batch (Σg) as it was reduced.
final class UpdatePieces {
  let rule: any UpdateRule
  let shard: StateShard
  /// The state arrays, in the order of the rule's.
  let state: [FloatBuffer]

  /// What each of them holds at first; the rule would make a new list of its arrays whenever asked,
  /// in a step too.
  private let initial: [Float]
  private let segments: [ParameterFactors.Segment]
  private let parameters: FloatBuffer
  private let gradients: FloatBuffer
  /// A prepared gradient for each thread.
  private let prepared: FloatBuffer
  private let states: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  /// Elements that are prepared at a time.
  static let span = 4 * Granules.size

  init(
    _ rule: any UpdateRule,
    _ shard: StateShard,
    _ segments: [ParameterFactors.Segment],
    parameters: FloatBuffer,
    gradients: FloatBuffer,
    threads: Int
  ) {
    (self.rule, self.shard, self.segments) = (rule, shard, segments)
    (self.parameters, self.gradients) = (parameters, gradients)
    prepared = FloatBuffer(count: threads * Self.span)
    initial = rule.state.map(\.initial)
    state = rule.state.map { array in
      let buffer = FloatBuffer(count: shard.count)
      if array.initial != 0 { buffer.elements.update(repeating: array.initial) }
      return buffer
    }
    states = .allocate(capacity: max(1, state.count))
    for (i, buffer) in state.enumerated() { (states + i).initialize(to: buffer.base) }
  }

  deinit { states.deallocate() }

  /// Puts every state array back to what it was at first.
  func reset() {
    for i in state.indices { state[i].elements.update(repeating: initial[i]) }
  }

  /// Updates `range`, which lies in one range of the shard, on a thread.
  func update(_ range: Range<Int>, offset: Int, _ scalars: StepScalars, member: Int) {
    forEachSpan(range, offset: offset, scalars, member) { rule.update($0, $1) }
  }

  /// The rule's sums over `range`, which lies in one range of the shard.
  func sums(_ range: Range<Int>, _ scalars: StepScalars, member: Int) -> SIMD4<Double> {
    var sums = SIMD4<Double>.zero
    let offset = shard.offset(of: range.lowerBound)
    forEachSpan(range, offset: offset, scalars, member) { sums += rule.sums($0, $1) }
    return sums
  }

  /// Σ (g + l2·θ)² of the mean gradient over `range`, which lies in one range of the shard.
  func squaredWhole(_ range: Range<Int>, _ scalars: StepScalars, member: Int) -> Double {
    var sum = 0.0
    forEachSpan(range, offset: shard.offset(of: range.lowerBound), scalars, member) { span, _ in
      sum += Granules.sumOfSquares(span.gradients, count: span.count)
    }
    return sum
  }

  /// ½·Σ l2·θ² over `range`: what coupled decay adds to the loss.
  func penalty(_ range: Range<Int>, _ scalars: StepScalars) -> Double {
    var penalty = 0.0
    for segment in segments where segment.range.overlaps(range) {
      let part = segment.range.clamped(to: range)
      let l2 = scalars.l2 * segment.factors.l2
      if l2 == 0 { continue }
      penalty +=
        0.5 * l2 * Granules.sumOfSquares(parameters.base + part.lowerBound, count: part.count)
    }
    return penalty
  }

  @inline(__always)
  private func forEachSpan(
    _ range: Range<Int>,
    offset: Int,
    _ scalars: StepScalars,
    _ member: Int,
    _ body: (UpdateSpan, StepScalars) -> Void
  ) {
    let g = prepared.base + member * Self.span
    for segment in segments where segment.range.overlaps(range) {
      let part = segment.range.clamped(to: range)
      let own = scalars.scaled(by: segment.factors)
      for start in stride(from: part.lowerBound, to: part.upperBound, by: Self.span) {
        let count = min(Self.span, part.upperBound - start)
        prepare(start, count, own, into: g)
        body(
          UpdateSpan(
            count: count,
            parameters: parameters.base + start,
            gradients: g,
            states: states,
            offset: start + offset
          ),
          own
        )
      }
    }
  }

  private func prepare(
    _ start: Int,
    _ count: Int,
    _ scalars: StepScalars,
    into g: UnsafeMutablePointer<Float>
  ) {
    let (sum, theta) = (gradients.base + start, parameters.base + start)
    let (scale, l2) = (Float(scalars.gradientScale), Float(scalars.l2))
    if l2 == 0 {
      for i in 0..<count { g[i] = sum[i] * scale }
    } else {
      for i in 0..<count { g[i] = sum[i] * scale + l2 * theta[i] }
    }
  }
}
