import Tensors

/// Softmax, cross-entropy and whether the largest logit is the label's, one sample at a time in Float64.
///
/// Targets are (1 − s)·onehot + s/K for smoothing s and K classes. exp and log are our own: the same bits on every CPU.
package struct SoftmaxCrossEntropy {
  package let classes: Int
  package let smoothing: Double

  package init(classes: Int, smoothing: Double) {
    (self.classes, self.smoothing) = (classes, smoothing)
  }

  /// The loss of one sample; writes d loss / d logits (of the sum over samples) unless `gradient` is nil.
  ///
  /// A NaN among the logits makes the loss NaN.
  package func evaluate(
    _ logits: UnsafePointer<Float>,
    label: Int,
    gradient: UnsafeMutablePointer<Float>?
  ) -> (loss: Double, correct: Bool) {
    var best = 0
    for k in 1..<max(1, classes) where logits[k] > logits[best] { best = k }
    let top = Double(logits[best])
    var total = 0.0
    for k in 0..<classes { total += Elementary.exp(Double(logits[k]) - top) }
    let logTotal = Elementary.log(total)
    let rest = smoothing / Double(classes)
    var loss = 0.0
    for k in 0..<classes {
      let target = (k == label ? 1 - smoothing : 0) + rest
      let z = Double(logits[k]) - top
      if target != 0 || z.isNaN { loss += target * (logTotal - z) }
      if let gradient { gradient[k] = Float(Elementary.exp(z) / total - target) }
    }
    return (loss, best == label)
  }
}
