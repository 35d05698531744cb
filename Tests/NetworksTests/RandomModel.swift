import Networks
import Tensors

/// A network that nobody would build: random operations over shared, doubled and rectified values.
///
/// Made to find buffers that are used twice: most values have several readers, some of them through
/// views.
struct RandomModel {
  private var net: ModelBuilder
  private var draws: RandomDraws
  private var values: [Int] = []
  private var unread = Set<Int>()
  private var count = 0

  /// The network of a seed, of about `nodes` nodes.
  static func make(_ seed: UInt64, nodes: Int) -> Model {
    var random = RandomModel(seed)
    while random.count < nodes { random.grow() }
    return random.finished()
  }

  private init(_ seed: UInt64) {
    draws = RandomDraws(seed: seed, purpose: .shuffle)
    let sides = (5 + draws.integer(below: 3), 4 + draws.integer(below: 3))
    net = ModelBuilder(input: ImageShape(height: sides.0, width: sides.1, channels: 2))
    add(Convolution(outputs: 8, kernel: 3, padding: 1), net.input)
  }

  private mutating func add(_ operation: any Operation, _ inputs: Int...) {
    let name = "\(count).\(operation.kind)"
    let node =
      switch inputs.count {
      case 1: net.add(name, operation, inputs[0])
      case 2: net.add(name, operation, inputs[0], inputs[1])
      default: net.add(name, operation, inputs[0], inputs[1], inputs[2])
      }
    unread.subtract(inputs)
    unread.insert(node)
    values.append(node)
    count += 1
  }

  /// An earlier value, a late one more often.
  private mutating func any(_ fits: (ImageShape) -> Bool = { _ in true }) -> Int {
    let fitting = values.filter { fits(net.shape($0)) }
    let back = min(draws.integer(below: fitting.count), draws.integer(below: fitting.count))
    return fitting[fitting.count - 1 - back]
  }

  private mutating func like(_ x: Int) -> Int {
    let shape = net.shape(x)
    return any { $0 == shape }
  }

  private mutating func mode() -> ShakeMode {
    ShakeMode(
      ShakeMode.Forward.allCases[draws.integer(below: 2)],
      ShakeMode.Backward.allCases[draws.integer(below: 3)],
      ShakeMode.Level.allCases[draws.integer(below: 2)]
    )
  }

  private mutating func grow() {
    let x = any()
    let shape = net.shape(x)
    switch draws.integer(below: 18) {
    case 0...2: add(Rectifier(), x)
    case 3...5: add(BatchNorm(), x)
    case 6...8: add(Addition(), x, like(x))
    case 9: add(ShakeShake(mode()), x, like(x), like(x))
    case 10: add(Convolution(outputs: 8, kernel: 3, padding: 1, bias: x % 2 == 0), x)
    case 11: add(Convolution(outputs: x % 2 == 0 ? 3 : 8, kernel: 1), x)
    case 12 where shape.height > 2: add(Subsample(stride: 2, shift: draws.integer(below: 2)), x)
    case 12: add(Subsample(stride: 1, shift: 1), x)
    case 13 where shape.channels < 8: add(Shortcut(stride: 1, outputs: 8), x)
    case 13 where shape.height > 2:
      add(Convolution(outputs: 8, kernel: 3, stride: 2, padding: 1), x)
    case 14 where shape.channels == 3:
      let y = any { $0.height == shape.height && $0.width == shape.width && $0.channels == 3 }
      add(Concatenation(), x, y)
    case 14: add(SiLU(), x)
    case 15, 16: add(Dropout(rate: Double(draws.integer(below: 4)) / 5), x)
    default:
      add(
        Pooling(draws.integer(below: 2) == 0 ? .max : .average, window: 3, stride: 1, padding: 1),
        x
      )
    }
  }

  /// Every value that nobody reads goes into the logits.
  private mutating func finished() -> Model {
    var logits: Int?
    for value in unread.sorted() {
      if draws.integer(below: 2) == 0 {
        add(GlobalAveragePool(), value)
      } else {
        add(Rectifier(), value)
      }
      add(Dense(outputs: 3), values[values.count - 1])
      let own = values[values.count - 1]
      if let logits { add(Addition(), logits, own) }
      logits = values[values.count - 1]
    }
    return net.model("random")
  }
}
