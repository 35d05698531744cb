import Foundation
import Networks
import Tensors
import TestSupport
import Testing

struct CrossEntropyTests {
  private struct Golden: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      let name: String
      let labelSmoothing: Double
      let logits: GoldenTensor
      let labels: [Int]
      let loss: Double
      let logitsGradient: GoldenTensor
      var testDescription: String { name }
    }
    let crossEntropy: [Case]
  }

  /// PyTorch's mean over the batch.
  @Test func agreesWithPyTorch() throws {
    let golden: Golden = try readGolden("operations.json")
    #expect(golden.crossEntropy.count == 4)
    for example in golden.crossEntropy {
      let classes = example.logits.shape[1]
      let loss = SoftmaxCrossEntropy(classes: classes, smoothing: example.labelSmoothing)
      let logits = example.logits.floats
      var gradient = Array(repeating: Float(0), count: logits.count)
      var total = 0.0
      for (n, label) in example.labels.enumerated() {
        total += logits.withUnsafeBufferPointer { z in
          gradient.withUnsafeMutableBufferPointer { g in
            loss.evaluate(
              z.baseAddress! + n * classes,
              target: SampleTarget(label),
              gradient: g.baseAddress! + n * classes
            ).loss
          }
        }
      }
      let samples = Double(example.labels.count)
      #expect(abs(total / samples - example.loss) < 5e-9 * example.loss, "\(example.name)")
      let scaled = example.logitsGradient.values.map { $0 * samples }
      #expect(relativeError(gradient, scaled) < 1e-7, "\(example.name)")
    }
  }

  private func evaluate(_ logits: [Float], label: Int, smoothing: Double = 0) -> (
    loss: Double, correct: Bool, near: Bool
  ) {
    SoftmaxCrossEntropy(classes: logits.count, smoothing: smoothing)
      .evaluate(logits, target: SampleTarget(label), gradient: nil)
  }

  /// (1 − s)·(−log p of the label) + s·(the mean of all −log p).
  private func crossEntropy(_ logits: [Float], _ label: Int, smoothing: Double) -> Double {
    let z = logits.map(Double.init)
    let logTotal = log(z.reduce(0) { $0 + exp($1) })
    let rest = z.reduce(0) { $0 + logTotal - $1 } / Double(z.count)
    return (1 - smoothing) * (logTotal - z[label]) + smoothing * rest
  }

  /// w·CE(label) + (1 − w)·CE(other), the gradient by central differences of that.
  @Test(arguments: [0, 0.1], [0.3, 0.75, 1, 0] as [Float])
  func twoLabelsShareTheLoss(smoothing: Double, weight: Float) {
    let logits: [Float] = [0.5, -1.25, 2, 0.75, -0.5, 1]
    let w = Double(weight)
    for (label, other) in [(1, 4), (4, 1), (2, 0), (3, 3)] {
      func exact(_ logits: [Float]) -> Double {
        w * crossEntropy(logits, label, smoothing: smoothing)
          + (1 - w) * crossEntropy(logits, other, smoothing: smoothing)
      }
      var gradient = Array(repeating: Float.nan, count: 6)
      let answer = SoftmaxCrossEntropy(classes: 6, smoothing: smoothing).evaluate(
        logits,
        target: SampleTarget(label, other: other, weight: weight),
        gradient: &gradient
      )
      #expect(abs(answer.loss - exact(logits)) < 1e-14)
      #expect(answer.correct == (label == 2) && answer.near == (label != 1))
      for k in 0..<6 {
        var (above, below) = (logits, logits)
        above[k] += 0x1p-12
        below[k] -= 0x1p-12
        let slope = (exact(above) - exact(below)) * 0x1p11
        #expect(abs(Double(gradient[k]) - slope) < 5e-8, "logit \(k) of \(label), \(other)")
      }
    }
  }

  /// With the weight 1 the other label adds nothing to any bit.
  @Test(arguments: [0, 0.1])
  func theWholeWeightIsOneLabel(smoothing: Double) {
    let logits: [Float] = [0.1, -1.3, 2.7, 0.9]
    let loss = SoftmaxCrossEntropy(classes: 4, smoothing: smoothing)
    for (label, other) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
      var (one, two) = (
        Array(repeating: Float.nan, count: 4), Array(repeating: Float.nan, count: 4)
      )
      let alone = loss.evaluate(logits, target: SampleTarget(label), gradient: &one)
      let target = SampleTarget(label, other: other, weight: 1)
      #expect(loss.evaluate(logits, target: target, gradient: &two) == alone)
      #expect(one.map(\.bitPattern) == two.map(\.bitPattern))
    }
  }

  /// Counting what is right: the first of equal logits is the answer.
  @Test func theFirstLargestLogitIsTheAnswer() {
    #expect(evaluate([1, 3, 2], label: 1).correct)
    #expect(!evaluate([1, 3, 2], label: 2).correct)
    #expect(evaluate([5, 5, 1], label: 0).correct)
    #expect(!evaluate([5, 5, 1], label: 1).correct)
    #expect(evaluate([7], label: 0).correct)
    #expect(evaluate([7], label: 0).loss == 0)
  }

  /// Against sorting, with many equal logits.
  @Test(arguments: [1, 4, 5, 6, 7, 20])
  func theLabelIsNearAmongTheFirstFive(classes: Int) {
    var state: UInt32 = 7
    for _ in 0..<300 {
      let logits = (0..<classes).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float((state >> 24) % 9) - 4
      }
      let order = (0..<classes).sorted { (-logits[$0], $0) < (-logits[$1], $1) }
      for label in 0..<classes {
        let answer = evaluate(logits, label: label)
        #expect(answer.near == order.prefix(5).contains(label), "\(label) of \(logits)")
        #expect(answer.correct == (order[0] == label), "\(label) of \(logits)")
      }
    }
  }

  @Test func infiniteLogitsHaveTheirPlace() {
    let logits: [Float] = [0, -.infinity, 1, 2, .infinity, 3, 4]
    #expect(
      (0..<7).map { evaluate(logits, label: $0).near } == [false, false] + [
        true, true, true, true, true,
      ]
    )
    #expect(evaluate(logits, label: 4).correct && !evaluate(logits, label: 6).correct)
  }

  @Test(arguments: [0, 3, 7])
  func amongNotANumberNothingIsRight(position: Int) {
    var logits = (0..<8).map { Float($0) }
    logits[position] = .nan
    for label in 0..<8 {
      let answer = evaluate(logits, label: label)
      #expect(!answer.correct && !answer.near)
    }
  }

  @Test(arguments: [0, 1, 2], [0, 0.1])
  func notANumberIsSeen(position: Int, smoothing: Double) {
    for label in 0..<3 {
      var logits: [Float] = [1, 2, 3]
      logits[position] = .nan
      #expect(evaluate(logits, label: label, smoothing: smoothing).loss.isNaN)
      logits[position] = .infinity
      #expect(!evaluate(logits, label: label, smoothing: smoothing).loss.isFinite)
    }
  }

  /// A certain and wrong answer costs the difference of the logits, whatever their size.
  @Test func farLogitsDoNotOverflow() {
    #expect(evaluate([3e38, 0], label: 0).loss == 0)
    #expect(evaluate([10_000, 0], label: 1).loss == 10_000)
    #expect(evaluate([-10_000, 0], label: 0).loss == 10_000)
  }
}
