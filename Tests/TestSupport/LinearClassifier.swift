import Datasets
import Tensors

/// Softmax regression on normalised pixels, fitted by plain SGD: what a set yields without shapes.
///
/// For up to 16 classes, so that the weights of one pixel are one vector.
public struct LinearClassifier {
  private var weights: [SIMD16<Float>]
  private var bias = SIMD16<Float>.zero
  private let classes: Int

  /// Fits `images`, one image at a time, with a rate that falls linearly to zero.
  ///
  /// - Parameters:
  ///   - images: What to fit, with labels.
  ///   - normalization: The constants of the set.
  ///   - epochs: Passes over all images in their order.
  ///   - rate: The first learning rate.
  public init(
    fitting images: any ImageDataset,
    normalization: Normalization,
    epochs: Int,
    rate: Float
  ) {
    classes = images.classes.count
    precondition(classes <= 16, "\(classes) classes do not fit 16")
    weights = Array(repeating: .zero, count: images.shape.count)
    let reader = SampleReader(images, normalization: normalization)
    var sample = [Float](repeating: 0, count: images.shape.count)
    let steps = epochs * images.count
    for step in 0..<steps {
      let label = sample.withUnsafeMutableBufferPointer {
        reader.label(of: step % images.count, into: $0.baseAddress!)
      }
      var error = probabilities(sample)
      error[label] -= 1
      error *= rate * Float(steps - step) / Float(steps)
      bias -= error
      for (index, x) in sample.enumerated() { weights[index] -= error * x }
    }
  }

  /// The share of `images` whose largest logit is that of their label.
  public func accuracy(on images: any ImageDataset, normalization: Normalization) -> Double {
    let reader = SampleReader(images, normalization: normalization)
    var sample = [Float](repeating: 0, count: images.shape.count)
    var correct = 0
    for index in 0..<images.count {
      let label = sample.withUnsafeMutableBufferPointer {
        reader.label(of: index, into: $0.baseAddress!)
      }
      let found = logits(sample)
      if (0..<classes).allSatisfy({ found[$0] <= found[label] }) { correct += 1 }
    }
    return Double(correct) / Double(images.count)
  }

  private func logits(_ sample: [Float]) -> SIMD16<Float> {
    var sum = bias
    for (index, x) in sample.enumerated() { sum += weights[index] * x }
    return sum
  }

  private func probabilities(_ sample: [Float]) -> SIMD16<Float> {
    let logits = logits(sample)
    let highest = (0..<classes).reduce(-Float.infinity) { max($0, logits[$1]) }
    var powers = SIMD16<Float>.zero
    for index in 0..<classes {
      powers[index] = Float(Elementary.exp(Double(logits[index] - highest)))
    }
    return powers / powers.sum()
  }
}

extension SampleReader {
  /// Reads an image as it is and returns its label.
  fileprivate func label(of index: Int, into sample: UnsafeMutablePointer<Float>) -> Int {
    do { return try read(index, epoch: nil, into: sample) } catch { fatalError("\(error)") }
  }
}
