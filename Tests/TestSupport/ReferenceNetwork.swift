import Foundation
import Networks
import Tensors

/// A model in Float64 by textbook loops, one layer after the other, forward and backward.
///
/// It knows nothing of lanes, chunks, arenas or fusion: the samples of a batch and the groups that
/// BatchNorm's statistics are taken over.
public struct ReferenceNetwork {
  /// What came of a batch.
  public struct Result {
    /// [sample][class].
    public var logits: [Double] = []
    /// By sample.
    public var losses: [Double] = []
    /// Samples whose first largest logit is the label's.
    public var correct = 0
    /// Of the losses' sum, by parameter, in memory order.
    public var gradients: [String: [Double]] = [:]
    /// Of the losses' sum.
    public var imageGradient: [Double] = []
    /// By BatchNorm node: each group's samples, values, mean and biased variance.
    public var statistics: [String: [Statistics]] = [:]
  }

  /// A group's statistics.
  public struct Statistics {
    /// s.
    public let samples: Int
    /// c = s·H·W.
    public let values: Int
    /// By channel.
    public let mean: [Double]
    /// By channel, biased.
    public let variance: [Double]
  }

  /// The model.
  public let model: Model
  /// Its tensors in memory order, by name.
  public var parameters: [String: [Double]]
  /// The groups of samples in training; nil to use the running statistics.
  public var groups: [[Int]]?
  /// Smoothing of the labels.
  public var smoothing: Double
  /// What it draws in training.
  public var draws = ReferenceDraws()

  /// A model with the values of a flat buffer.
  public init(_ model: Model, _ buffer: FloatBuffer, groups: [[Int]]?, smoothing: Double = 0) {
    self.model = model
    self.groups = groups
    self.smoothing = smoothing
    parameters = Dictionary(
      uniqueKeysWithValues: model.layout.entries.map { entry in
        (entry.name, entry.range.map { Double(buffer.base[$0]) })
      }
    )
  }

  private func tensor(_ node: Node, _ suffix: String) -> [Double] {
    parameters["\(node.name).\(suffix)"] ?? []
  }

  /// Forward, loss and, in training, backward.
  public func run(images: [Double], labels: [Int]) -> Result {
    var result = Result()
    var values: [ReferenceTensor] = []
    for node in model.nodes {
      var y = ReferenceTensor(samples: labels.count, shape: node.shape)
      forward(node, node.inputs.map { values[$0] }, images, &y, &result)
      values.append(y)
    }
    result.logits = values[values.count - 1].values
    var gradients = values.map(\.zeros)
    gradients[values.count - 1].values = loss(result.logits, labels, &result)
    guard groups != nil else { return result }
    for (i, node) in model.nodes.enumerated().reversed() {
      for (k, input) in node.inputs.enumerated() {
        backward(node, input: k, values, dy: gradients[i], dx: &gradients[input], &result)
      }
    }
    result.imageGradient = gradients[0].values
    return result
  }

  private func forward(
    _ node: Node,
    _ x: [ReferenceTensor],
    _ images: [Double],
    _ y: inout ReferenceTensor,
    _ result: inout Result
  ) {
    switch node.operation {
    case is Input: y.values = images
    case let op as Convolution:
      y.convolve(op, x[0], tensor(node, "weight"), op.bias ? tensor(node, "bias") : nil)
    case is Dense: y.multiply(x[0], tensor(node, "weight"), tensor(node, "bias"))
    case let op as BatchNorm:
      let norm = normalization(node, op)
      guard let groups else {
        let (mean, variance) = (tensor(node, "running_mean"), tensor(node, "running_var"))
        norm.forward(x[0], Array(0..<y.samples), mean: mean, variance: variance, into: &y)
        return
      }
      for group in groups {
        let (mean, variance) = ReferenceNormalization.moments(x[0], group)
        norm.forward(x[0], group, mean: mean, variance: variance, into: &y)
        let values = group.count * y.shape.pixels
        result.statistics[node.name, default: []].append(
          Statistics(samples: group.count, values: values, mean: mean, variance: variance)
        )
      }
    case is Rectifier: y.values = x[0].values.map { max($0, 0) }
    case is SiLU: y.values = x[0].values.map { $0 / (1 + exp(-$0)) }
    case let op as Pooling: y.pool(op, x[0])
    case is GlobalAveragePool: y.averageAll(x[0])
    case is Addition: y.values = zip(x[0].values, x[1].values).map { $0 + $1 }
    case let op as Shortcut: y.shorten(op, x[0])
    case let op as Subsample: y.subsample(op, x[0])
    case is Concatenation: y.concatenate(x[0], x[1])
    case let op as Dropout:
      y.values = zip(x[0].values, dropout(node, op, y)).map { $0 * $1 }
    case let op as ShakeShake: y.mix(x, mixture(node, op, y.samples).map(\.alpha))
    default: preconditionFailure("no reference for \(node.operation.kind)")
    }
  }

  /// Adds what one input's gradient gets from this node.
  private func backward(
    _ node: Node,
    input: Int,
    _ values: [ReferenceTensor],
    dy: ReferenceTensor,
    dx: inout ReferenceTensor,
    _ result: inout Result
  ) {
    let x = values[node.inputs[input]]
    let (w, count) = (tensor(node, "weight"), tensor(node, "bias").count)
    var dw = Array(repeating: 0.0, count: w.count)
    var db = Array(repeating: 0.0, count: count)
    switch node.operation {
    case let op as Convolution: dy.convolveBackward(op, x, w, dx: &dx, dw: &dw, db: &db)
    case is Dense: dy.multiplyBackward(x, w, dx: &dx, dw: &dw, db: &db)
    case let op as BatchNorm:
      let norm = normalization(node, op)
      for group in groups ?? [] {
        norm.backward(x, group, dy: dy, dx: &dx, dGain: &dw, dBias: &db)
      }
    case is Rectifier:
      for i in x.values.indices where x.values[i] > 0 { dx.values[i] += dy.values[i] }
    case is SiLU:
      for (i, v) in x.values.enumerated() {
        let e = exp(-v)
        dx.values[i] += dy.values[i] * (1 / (1 + e) + v * e / ((1 + e) * (1 + e)))
      }
    case let op as Pooling: dy.poolBackward(op, x, dx: &dx)
    case is GlobalAveragePool: dy.averageAllBackward(dx: &dx)
    case is Addition: for i in dy.values.indices { dx.values[i] += dy.values[i] }
    case let op as Shortcut: dy.shortenBackward(op, dx: &dx)
    case let op as Subsample: dy.subsampleBackward(op, dx: &dx)
    case is Concatenation: dy.concatenateBackward(input, dx: &dx)
    case let op as Dropout:
      let factors = dropout(node, op, dy)
      for i in dy.values.indices { dx.values[i] += factors[i] * dy.values[i] }
    case let op as ShakeShake:
      dy.mixBackward(input, mixture(node, op, dy.samples).map(\.beta), dx: &dx)
    default: preconditionFailure("no reference for \(node.operation.kind)")
    }
    if !w.isEmpty { result.gradients["\(node.name).weight"] = dw }
    if count > 0 { result.gradients["\(node.name).bias"] = db }
  }

  private func normalization(_ node: Node, _ op: BatchNorm) -> ReferenceNormalization {
    ReferenceNormalization(
      epsilon: op.epsilon,
      gain: tensor(node, "weight"),
      bias: tensor(node, "bias")
    )
  }

  /// α and β by sample.
  private func mixture(_ node: Node, _ op: ShakeShake, _ samples: Int) -> [(
    alpha: Double, beta: Double
  )] {
    let site = number(node)
    return (0..<samples).map { sample in
      groups == nil ? (0.5, 0.5) : draws.mixture(op.mode, site: site, sample: sample)
    }
  }

  /// What values and gradients are multiplied by: 0 or 1/(1 − rate), 1 in evaluation.
  private func dropout(_ node: Node, _ op: Dropout, _ y: ReferenceTensor) -> [Double] {
    guard groups != nil else { return y.values.map { _ in 1 } }
    let site = number(node)
    return (0..<y.samples).flatMap { sample in
      draws.keeps(op.rate, site: site, sample: sample, count: y.shape.count).map {
        $0 ? 1 / (1 - op.rate) : 0
      }
    }
  }

  /// A node's place among those of its kind.
  private func number(_ node: Node) -> Int {
    model.nodes.prefix { $0.name != node.name }.count { $0.operation.kind == node.operation.kind }
  }

  /// Cross-entropy of the smoothed labels; returns its gradient.
  private func loss(_ logits: [Double], _ labels: [Int], _ result: inout Result) -> [Double] {
    let classes = model.classes
    var gradient: [Double] = []
    for (n, label) in labels.enumerated() {
      let z = Array(logits[n * classes..<(n + 1) * classes])
      let top = z.max() ?? 0
      let logSum = top + log(z.reduce(0) { $0 + exp($1 - top) })
      let targets = z.indices.map {
        ($0 == label ? 1 - smoothing : 0) + smoothing / Double(classes)
      }
      result.losses.append(zip(targets, z).reduce(0) { $0 - $1.0 * ($1.1 - logSum) })
      if z.firstIndex(of: top) == label { result.correct += 1 }
      gradient += zip(targets, z).map { exp($1 - logSum) - $0 }
    }
    return gradient
  }
}
