import Networks
import Tensors

/// Small networks with the structure of the catalog's, over odd sizes and channels.
enum FusionModels {
  static let all = [
    ("residual", residual), ("shake", shake), ("keras", keras), ("pools", pools), ("large", large),
    ("dropout", dropout),
  ].map { (name: $0.0, model: $0.1()) }

  private static let input = ImageShape(height: 9, width: 7, channels: 3)

  private static func convolution(_ outputs: Int, stride: Int = 1, bias: Bool = false)
    -> Convolution
  { Convolution(outputs: outputs, kernel: 3, stride: stride, padding: 1, bias: bias) }

  /// He et al.'s: rectified additions and an option A shortcut.
  static func residual() -> Model {
    var net = ModelBuilder(input: input)
    var x = net.add("conv", convolution(16), net.input)
    x = net.add("relu", Rectifier(), net.add("bn", BatchNorm(), x))
    for (block, (width, stride)) in [(16, 1), (20, 2), (20, 1)].enumerated() {
      var y = net.add("\(block).conv1", convolution(width, stride: stride), x)
      y = net.add("\(block).bn1", BatchNorm(), y)
      y = net.add("\(block).relu1", Rectifier(), y)
      y = net.add("\(block).conv2", convolution(width), y)
      y = net.add("\(block).bn2", BatchNorm(), y)
      if stride > 1 {
        x = net.add("\(block).shortcut", Shortcut(stride: stride, outputs: width), x)
      }
      x = net.add("\(block).relu2", Rectifier(), net.add("\(block).add", Addition(), y, x))
    }
    x = net.add("pool", GlobalAveragePool(), x)
    _ = net.add("fc", Dense(outputs: 4), x)
    return net.model("residual")
  }

  /// Images so large that the gradients of the weights take a chunk in several parts.
  static func large() -> Model {
    var net = ModelBuilder(input: ImageShape(height: 36, width: 20, channels: 3))
    var x = net.input
    for (block, stride) in [1, 1, 2].enumerated() {
      x = net.add("conv\(block)", convolution(16, stride: stride, bias: block == 1), x)
      x = net.add("relu\(block)", Rectifier(), net.add("bn\(block)", BatchNorm(), x))
    }
    x = net.add("pool", GlobalAveragePool(), x)
    _ = net.add("fc", Dense(outputs: 4), x)
    return net.model("large")
  }

  /// Gastaldi's: two branches behind one rectifier, and a projection of two paths; every block
  /// mixes in a way of its own.
  static func shake() -> Model {
    let modes = [
      ShakeMode.paper, ShakeMode(.even, .shake, .batch), ShakeMode(.shake, .keep, .image),
    ]
    var net = ModelBuilder(input: input)
    var x = net.add("conv", convolution(5), net.input)
    x = net.add("bn", BatchNorm(), x)
    for (block, (width, stride)) in [(16, 1), (20, 2), (20, 1)].enumerated() {
      let seen = net.add("\(block).relu", Rectifier(), x)
      let branches = (1...2).map { number in
        let name = "\(block).\(number)"
        var y = net.add("\(name).conv1", convolution(width, stride: stride), seen)
        y = net.add("\(name).bn1", BatchNorm(), y)
        y = net.add("\(name).relu", Rectifier(), y)
        y = net.add("\(name).conv2", convolution(width), y)
        return net.add("\(name).bn2", BatchNorm(), y)
      }
      var shortcut = x
      if net.shape(x).channels != width {
        let halves = (0..<2).map { shift in
          let y = net.add("\(block).pick\(shift)", Subsample(stride: stride, shift: shift), seen)
          return net.add("\(block).half\(shift)", Convolution(outputs: width / 2, kernel: 1), y)
        }
        shortcut = net.add("\(block).both", Concatenation(), halves[0], halves[1])
        shortcut = net.add("\(block).bn", BatchNorm(), shortcut)
      }
      x = net.add("\(block).shake", ShakeShake(modes[block]), shortcut, branches[0], branches[1])
    }
    x = net.add("pool", GlobalAveragePool(), net.add("relu", Rectifier(), x))
    _ = net.add("fc", Dense(outputs: 4), x)
    return net.model("shake")
  }

  /// Keras' version 2: normalised and rectified first, with biases.
  static func keras() -> Model {
    var net = ModelBuilder(input: input)
    func normalized(_ net: inout ModelBuilder, _ name: String, _ x: Int) -> Int {
      net.add("\(name).relu", Rectifier(), net.add("\(name).bn", BatchNorm(epsilon: 1e-3), x))
    }
    func point(_ outputs: Int, stride: Int = 1) -> Convolution {
      Convolution(outputs: outputs, kernel: 1, stride: stride, bias: true)
    }
    var x = net.add("conv", convolution(16, bias: true), net.input)
    for (unit, (width, stride)) in [(5, 1), (16, 2), (16, 1)].enumerated() {
      var y = normalized(&net, "\(unit).1", x)
      y = net.add("\(unit).conv1", point(width, stride: stride), y)
      y = normalized(&net, "\(unit).2", y)
      y = net.add("\(unit).conv2", convolution(width, bias: true), y)
      y = normalized(&net, "\(unit).3", y)
      y = net.add("\(unit).conv3", point(20), y)
      if unit < 2 { x = net.add("\(unit).shortcut", point(20, stride: stride), x) }
      x = net.add("\(unit).add", Addition(), x, y)
    }
    x = net.add("pool", GlobalAveragePool(), normalized(&net, "last", x))
    _ = net.add("fc", Dense(outputs: 4), x)
    return net.model("keras")
  }

  /// Keras' order of pools and rectifiers, with dropouts behind what is stored, normalised,
  /// rectified and added.
  static func dropout() -> Model {
    var net = ModelBuilder(input: input)
    var x = net.add("conv1", convolution(16, bias: true), net.input)
    x = net.add("pool1", Pooling(.max, window: 2, stride: 2), x)
    x = net.add("dropout1", Dropout(rate: 0.2), net.add("relu1", Rectifier(), x))
    var y = net.add("bn2", BatchNorm(), net.add("conv2", convolution(16), x))
    y = net.add("dropout2", Dropout(rate: 0.4), net.add("relu2", Rectifier(), y))
    x = net.add("add", Addition(), x, net.add("bn3", BatchNorm(), y))
    x = net.add("dropout3", Dropout(rate: 0.5), net.add("relu3", Rectifier(), x))
    x = net.add("fc1", Dense(outputs: 18), x)
    x = net.add("dropout4", Dropout(rate: 0.1), net.add("relu4", Rectifier(), x))
    _ = net.add("fc2", Dense(outputs: 4), x)
    return net.model("dropout")
  }

  /// Convolutions and pools in a row.
  static func pools() -> Model {
    var net = ModelBuilder(input: input)
    var x = net.input
    for (number, rule) in [Pooling.Rule.max, .average].enumerated() {
      x = net.add("\(number).conv1", convolution(5 + 11 * number), x)
      x = net.add("\(number).relu1", Rectifier(), net.add("\(number).bn", BatchNorm(), x))
      x = net.add("\(number).conv2", convolution(16), x)
      x = net.add("\(number).relu2", Rectifier(), x)
      x = net.add("\(number).pool", Pooling(rule, window: 3, stride: 2, padding: 1), x)
    }
    _ = net.add("fc", Dense(outputs: 4), x)
    return net.model("pools")
  }
}
