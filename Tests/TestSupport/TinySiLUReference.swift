import Foundation
import Tensors

/// `tinySiLU` in training mode in Float64: textbook loops, gradients by central differences.
///
/// Nothing is shared with the libraries. Tensors have PyTorch's order.
public struct TinySiLUReference {
  /// Every trained tensor end to end, in the order of `tensors`.
  public var parameters: [Double]
  /// The running statistics by name.
  public private(set) var running: [String: [Double]]

  /// The trained tensors: names and shapes.
  public static let tensors: [(name: String, shape: [Int])] = [
    ("conv1.weight", [4, 3, 3, 3]), ("bn1.weight", [4]), ("bn1.bias", [4]),
    ("conv2.weight", [6, 4, 3, 3]), ("bn2.weight", [6]), ("bn2.bias", [6]),
    ("fc.weight", [5, 6]), ("fc.bias", [5]),
  ]

  /// Statistics of a batch for one BatchNorm, variance unbiased as the running one takes it.
  private struct Moments {
    var mean: [Double]
    var variance: [Double]
  }

  /// The parameters by name; running means 0, running variances 1.
  public init(_ values: [String: [Double]]) {
    parameters = Self.tensors.flatMap { values[$0.name] ?? [] }
    precondition(parameters.count == 379, "a tensor is missing")
    running = [
      "bn1.running_mean": Array(repeating: 0, count: 4),
      "bn1.running_var": Array(repeating: 1, count: 4),
      "bn2.running_mean": Array(repeating: 0, count: 6),
      "bn2.running_var": Array(repeating: 1, count: 6),
    ]
  }

  /// A tensor, trained or running.
  public subscript(name: String) -> GoldenTensor? {
    if let values = running[name] { return GoldenTensor(shape: [values.count], values: values) }
    var start = 0
    for (other, shape) in Self.tensors {
      let count = shape.reduce(1, *)
      if other == name {
        return GoldenTensor(shape: shape, values: Array(parameters[start..<start + count]))
      }
      start += count
    }
    return nil
  }

  /// The mean loss over a batch of NHWC images.
  public func loss(_ images: [[Double]], _ labels: [Int]) -> Double {
    evaluate(parameters, images, labels).loss
  }

  /// The gradient of the mean loss; exact to about 1e-9.
  public func gradient(_ images: [[Double]], _ labels: [Int]) -> [Double] {
    let h = 1e-5
    var shifted = parameters
    return parameters.indices.map { i in
      defer { shifted[i] = parameters[i] }
      shifted[i] = parameters[i] + h
      let above = evaluate(shifted, images, labels).loss
      shifted[i] = parameters[i] - h
      return (above - evaluate(shifted, images, labels).loss) / (2 * h)
    }
  }

  /// Moves the running statistics a tenth towards those of the batch.
  public mutating func observe(_ images: [[Double]], _ labels: [Int]) {
    let moments = evaluate(parameters, images, labels).moments
    for (norm, batch) in zip(["bn1", "bn2"], moments) {
      for (name, values) in [("mean", batch.mean), ("var", batch.variance)] {
        let old = running["\(norm).running_\(name)"] ?? []
        running["\(norm).running_\(name)"] = zip(old, values).map { 0.9 * $0 + 0.1 * $1 }
      }
    }
  }

  private func evaluate(
    _ p: [Double],
    _ images: [[Double]],
    _ labels: [Int]
  ) -> (loss: Double, moments: [Moments]) {
    var x = images.map {
      Self.convolve($0, side: 8, channels: 3, p[0..<108], outputs: 4, stride: 1)
    }
    let first = Self.normalizeAndActivate(&x, channels: 4, gain: p[108..<112], bias: p[112..<116])
    x = x.map { Self.convolve($0, side: 8, channels: 4, p[116..<332], outputs: 6, stride: 2) }
    let second = Self.normalizeAndActivate(&x, channels: 6, gain: p[332..<338], bias: p[338..<344])
    var total = 0.0
    for (map, label) in zip(x, labels) {
      var logits = Array(p[374..<379])
      for c in 0..<6 {
        var sum = 0.0
        for i in stride(from: c, to: map.count, by: 6) { sum += map[i] }
        for k in 0..<5 { logits[k] += p[344 + 6 * k + c] * sum / 16 }
      }
      total += log(logits.reduce(0) { $0 + exp($1) }) - logits[label]
    }
    return (total / Double(images.count), [first, second])
  }

  /// A 3 × 3 convolution with zero padding of 1; weights are OIHW.
  private static func convolve(
    _ image: [Double],
    side: Int,
    channels: Int,
    _ weight: ArraySlice<Double>,
    outputs: Int,
    stride: Int
  ) -> [Double] {
    let out = (side - 1) / stride + 1
    var result = Array(repeating: 0.0, count: out * out * outputs)
    for row in 0..<out {
      for column in 0..<out {
        for dy in 0..<3 {
          let y = row * stride + dy - 1
          if y < 0 || y >= side { continue }
          for dx in 0..<3 {
            let x = column * stride + dx - 1
            if x < 0 || x >= side { continue }
            for o in 0..<outputs {
              var sum = 0.0
              for i in 0..<channels {
                let w = weight.startIndex + ((o * channels + i) * 3 + dy) * 3 + dx
                sum += weight[w] * image[(y * side + x) * channels + i]
              }
              result[(row * out + column) * outputs + o] += sum
            }
          }
        }
      }
    }
    return result
  }

  /// BatchNorm over all images, then x / (1 + e^−x) · x.
  private static func normalizeAndActivate(
    _ maps: inout [[Double]],
    channels: Int,
    gain: ArraySlice<Double>,
    bias: ArraySlice<Double>
  ) -> Moments {
    var moments = Moments(mean: [], variance: [])
    let n = Double(maps.count * maps[0].count / channels)
    for c in 0..<channels {
      var sum = 0.0
      for map in maps { for i in stride(from: c, to: map.count, by: channels) { sum += map[i] } }
      let mean = sum / n
      var squares = 0.0
      for map in maps {
        for i in stride(from: c, to: map.count, by: channels) {
          squares += (map[i] - mean) * (map[i] - mean)
        }
      }
      let scale = gain[gain.startIndex + c] / (squares / n + 1e-5).squareRoot()
      for image in maps.indices {
        for i in stride(from: c, to: maps[image].count, by: channels) {
          let y = (maps[image][i] - mean) * scale + bias[bias.startIndex + c]
          maps[image][i] = y / (1 + exp(-y))
        }
      }
      moments.mean.append(mean)
      moments.variance.append(squares / (n - 1))
    }
    return moments
  }
}
