import Tensors

/// Softmax, cross-entropy and how far up the label's logit stands, one sample at a time in Float64.
///
/// For smoothing s and K classes a target is (1 − s)·share + s/K, where its two labels have the
/// shares w and 1 − w. exp and log are our own: the same bits on every CPU.
package struct SoftmaxCrossEntropy {
  /// Answers whose label is among so many largest logits are not far off; with so many classes or
  /// fewer, all are.
  package static let nearest = 5

  package let classes: Int
  package let smoothing: Double

  package init(classes: Int, smoothing: Double) {
    (self.classes, self.smoothing) = (classes, smoothing)
  }

  /// The loss of one sample, w·CE(label) + (1 − w)·CE(other); writes d loss / d logits (of the sum
  /// over samples) unless `gradient` is nil.
  ///
  /// `correct`: the first label's logit is the largest; `near`: it is among the `nearest` largest.
  /// A NaN among the logits makes the loss NaN and the answer wrong.
  package func evaluate(
    _ logits: UnsafePointer<Float>,
    target: SampleTarget,
    gradient: UnsafeMutablePointer<Float>?
  ) -> (loss: Double, correct: Bool, near: Bool) {
    var best = 0
    for k in 1..<max(1, classes) where logits[k] > logits[best] { best = k }
    let top = Double(logits[best])
    var total = 0.0
    for k in 0..<classes { total += Elementary.exp(Double(logits[k]) - top) }
    let logTotal = Elementary.log(total)
    let (label, other, weight) = (Int(target.label), Int(target.other), Double(target.weight))
    let rest = smoothing / Double(classes)
    // With the weight 1 these are 1 − s and 0, which adds nothing to any bit.
    let (share, otherShare) = ((1 - smoothing) * weight, (1 - smoothing) * (1 - weight))
    var loss = 0.0
    for k in 0..<classes {
      let target = (k == label ? share : 0) + (k == other ? otherShare : 0) + rest
      let z = Double(logits[k]) - top
      if target != 0 || z.isNaN { loss += target * (logTotal - z) }
      if let gradient { gradient[k] = Float(Elementary.exp(z) / total - target) }
    }
    let before = standing(of: label, in: logits, classes: classes)
    return (loss, before == 0, before < Self.nearest)
  }

  /// Adds the probability of each class, e^z over the sum of all, to `sums`.
  package func addProbabilities(
    of logits: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Double>
  ) {
    var top = Double(logits[0])
    for k in 1..<max(1, classes) { top = max(top, Double(logits[k])) }
    var total = 0.0
    for k in 0..<classes { total += Elementary.exp(Double(logits[k]) - top) }
    for k in 0..<classes { sums[k] += Elementary.exp(Double(logits[k]) - top) / total }
  }
}
