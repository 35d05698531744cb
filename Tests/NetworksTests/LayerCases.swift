import Networks
import Tensors
import TestSupport
import Testing

/// One layer in a model that makes it matter: a 1×1 convolution before it, whose gradient is that
/// of the layer's input, and a dense layer behind it.
struct LayerCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// The layer's input.
  let input: ImageShape
  let layer: @Sendable (inout ModelBuilder, Int) -> Int

  init(
    _ name: String,
    _ sizes: (Int, Int, Int),
    _ layer: @escaping @Sendable (inout ModelBuilder, Int) -> Int
  ) {
    self.name = name
    input = ImageShape(height: sizes.0, width: sizes.1, channels: sizes.2)
    self.layer = layer
  }

  init(_ sizes: (Int, Int, Int), _ operation: any Operation) {
    self.init("\(operation)", sizes) { $0.add("layer", operation, $1) }
  }

  var testDescription: String { "\(name) on \(input)" }

  /// With `shared`, a later node reads the layer's input too, so that its gradient is added to.
  func model(shared: Bool) -> Model {
    var net = ModelBuilder(
      input: ImageShape(height: input.height, width: input.width, channels: 2)
    )
    let stem = net.add("stem", Convolution(outputs: input.channels, kernel: 1), net.input)
    let y = net.add("fc", Dense(outputs: 3), layer(&net, stem))
    if shared {
      let other = net.add("other", Dense(outputs: 3), stem)
      _ = net.add("sum", Addition(), y, other)
    }
    return net.model("layer")
  }

  /// Every kind of layer over odd sizes, single channels, strides, paddings, and SIMD widths.
  static let all: [LayerCase] = convolutions + pools + others + joints + mixtures + dropouts

  private static let convolutions = [
    LayerCase((5, 4, 3), Convolution(outputs: 4, kernel: 3, padding: 1)),
    LayerCase((5, 4, 3), Convolution(outputs: 4, kernel: 3, stride: 2, padding: 1)),
    LayerCase((4, 6, 2), Convolution(outputs: 3, kernel: 3, stride: 2, padding: 1, bias: true)),
    LayerCase((3, 3, 1), Convolution(outputs: 1, kernel: 3, bias: true)),
    LayerCase((7, 5, 1), Convolution(outputs: 17, kernel: 5, padding: 2)),
    LayerCase((5, 7, 2), Convolution(outputs: 2, kernel: 5, stride: 2, padding: 2, bias: true)),
    LayerCase((4, 4, 3), Convolution(outputs: 2, kernel: 3, stride: 3, padding: 2)),
    LayerCase((5, 3, 17), Convolution(outputs: 5, kernel: 1)),
    LayerCase((5, 3, 2), Convolution(outputs: 3, kernel: 1, bias: true)),
    LayerCase((5, 4, 3), Convolution(outputs: 6, kernel: 1, stride: 2)),
    LayerCase((1, 1, 4), Convolution(outputs: 3, kernel: 3, padding: 1)),
    LayerCase((2, 2, 1), Convolution(outputs: 2, kernel: 1, padding: 1)),
    LayerCase((6, 5, 33), Convolution(outputs: 16, kernel: 3, padding: 1)),
    // "same": zeros behind the image only, above but not left of it, around it.
    LayerCase((4, 6, 2), Convolution(outputs: 3, kernel: 3, stride: 2, padding: .same, bias: true)),
    LayerCase((5, 4, 3), Convolution(outputs: 4, kernel: 3, stride: 2, padding: .same)),
    LayerCase((6, 5, 2), Convolution(outputs: 4, kernel: 5, stride: 2, padding: .same)),
    LayerCase((7, 6, 2), Convolution(outputs: 3, kernel: 1, stride: 2, padding: .same)),
    LayerCase((36, 30, 16), Convolution(outputs: 17, kernel: 3, stride: 2, padding: .same)),
    LayerCase((35, 30, 16), Convolution(outputs: 16, kernel: 3, stride: 2, padding: .same)),
    // So large that a chunk comes in several parts.
    LayerCase((20, 18, 16), Convolution(outputs: 17, kernel: 3, padding: 1, bias: true)),
    LayerCase((37, 30, 16), Convolution(outputs: 16, kernel: 3, stride: 2, padding: 1)),
    // Five blocks of output rows, the last one shorter.
    LayerCase((37, 41, 8), Convolution(outputs: 2, kernel: 5, padding: 2, bias: true)),
  ]

  private static let pools = [
    LayerCase((6, 4, 3), Pooling(.max, window: 2, stride: 2)),
    LayerCase((5, 7, 2), Pooling(.max, window: 3, stride: 2, padding: 1)),
    LayerCase((4, 4, 17), Pooling(.max, window: 3, stride: 1, padding: 1)),
    LayerCase((6, 4, 3), Pooling(.average, window: 2, stride: 2)),
    LayerCase((5, 7, 1), Pooling(.average, window: 3, stride: 2, padding: 1)),
    LayerCase((4, 3, 16), Pooling(.average, window: 3, stride: 1, padding: 1)),
    LayerCase((3, 5, 17), GlobalAveragePool()),
    LayerCase((1, 1, 1), GlobalAveragePool()),
  ]

  private static let others = [
    LayerCase((4, 3, 5), BatchNorm()),
    LayerCase((5, 5, 1), BatchNorm()),
    LayerCase((3, 2, 33), BatchNorm(epsilon: 1e-3)),
    LayerCase((3, 5, 3), Rectifier()),
    LayerCase((3, 5, 3), SiLU()),
    LayerCase((2, 3, 3), Dense(outputs: 1)),
    LayerCase((1, 1, 17), Dense(outputs: 5)),
    LayerCase((5, 5, 2), Shortcut(stride: 2, outputs: 4)),
    LayerCase((4, 6, 3), Shortcut(stride: 1, outputs: 5)),
    LayerCase((3, 4, 1), Shortcut(stride: 2, outputs: 1)),
    LayerCase("addition of a branch", (4, 3, 3)) { net, x in
      let branch = net.add("branch", Convolution(outputs: 3, kernel: 3, padding: 1), x)
      return net.add("layer", Addition(), branch, x)
    },
    LayerCase("addition to itself", (2, 3, 2)) { net, x in net.add("layer", Addition(), x, x) },
    LayerCase("residual block", (6, 5, 4)) { net, x in
      var y = net.add("conv1", Convolution(outputs: 8, kernel: 3, stride: 2, padding: 1), x)
      y = net.add("bn1", BatchNorm(), y)
      y = net.add("relu1", Rectifier(), y)
      y = net.add("conv2", Convolution(outputs: 8, kernel: 3, padding: 1), y)
      y = net.add("bn2", BatchNorm(), y)
      let shortcut = net.add("shortcut", Shortcut(stride: 2, outputs: 8), x)
      y = net.add("add", Addition(), y, shortcut)
      return net.add("relu2", Rectifier(), y)
    },
    LayerCase("three readers", (3, 3, 3)) { net, x in
      let a = net.add("silu", SiLU(), x)
      let b = net.add("relu", Rectifier(), x)
      let c = net.add("bn", BatchNorm(), x)
      return net.add("second", Addition(), net.add("first", Addition(), a, b), c)
    },
  ]

  private static let dropouts = [
    LayerCase((3, 5, 3), Dropout(rate: 0.2)),
    // Two groups of 128 values and a part of one.
    LayerCase((5, 7, 8), Dropout(rate: 0.5)),
    LayerCase((1, 1, 17), Dropout(rate: 0)),
    LayerCase("two dropouts of one value", (4, 4, 2)) { net, x in
      let (a, b) = (net.add("a", Dropout(rate: 0.3), x), net.add("b", Dropout(rate: 0.3), x))
      return net.add("layer", Addition(), a, b)
    },
  ]

  /// What picks, moves and brings together.
  private static let joints = [
    LayerCase((5, 4, 3), Subsample(stride: 2)),
    LayerCase((5, 7, 2), Subsample(stride: 2, shift: 1)),
    LayerCase((4, 6, 17), Subsample(stride: 2, shift: 1)),
    LayerCase((3, 4, 1), Subsample(stride: 1, shift: 1)),
    LayerCase((1, 1, 2), Subsample(stride: 2, shift: 1)),
    LayerCase((7, 8, 2), Subsample(stride: 3, shift: 2)),
    LayerCase("concatenation with a branch", (4, 3, 3)) { net, x in
      let branch = net.add("branch", Convolution(outputs: 2, kernel: 3, padding: 1), x)
      return net.add("layer", Concatenation(), branch, x)
    },
    LayerCase("concatenation with itself", (2, 3, 2)) { net, x in
      net.add("layer", Concatenation(), x, x)
    },
  ]

  private static let mixtures =
    ShakeMode.Forward.allCases.flatMap { forward in
      ShakeMode.Backward.allCases.flatMap { backward in
        ShakeMode.Level.allCases.map { twoBranches(ShakeMode(forward, backward, $0)) }
      }
    } + [
      LayerCase("shake-shake of one value", (2, 3, 2)) { net, x in
        net.add("layer", ShakeShake(ShakeMode(.shake, .keep, .batch)), x, x, x)
      },
      LayerCase("shake-shake with its shortcut last", (3, 2, 4)) { net, x in
        let a = net.add("branch1", SiLU(), x)
        let shortcut = net.add("shortcut", Convolution(outputs: 4, kernel: 1), x)
        let mode = ShakeMode(.shake, .keep, .image)
        return net.add("layer", ShakeShake(mode), shortcut, a, x)
      },
    ]

  private static func twoBranches(_ mode: ShakeMode) -> LayerCase {
    LayerCase("\(mode) of two branches", (4, 3, 3)) { net, x in
      let a = net.add("branch1", Convolution(outputs: 3, kernel: 3, padding: 1), x)
      let b = net.add("branch2", Convolution(outputs: 3, kernel: 1), x)
      return net.add("layer", ShakeShake(mode), x, a, b)
    }
  }

  /// Those whose backward is the derivative of their forward.
  static let differentiable = all.filter { layer in
    layer.model(shared: false).nodes.allSatisfy { node in
      guard let mode = (node.operation as? ShakeShake)?.mode else { return true }
      return mode.backward == .keep || (mode.forward, mode.backward) == (.even, .even)
    }
  }
}
