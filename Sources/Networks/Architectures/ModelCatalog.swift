import Tensors

/// The networks by name: a new one is a file and a row here.
public enum ModelCatalog {
  private typealias Build = @Sendable (ImageShape, Int) -> Model

  /// Name, the least height and width of its images, and how it is built.
  private static let rows: [(name: String, side: Int, build: Build)] = [
    ("smallcnn", 4, { smallCNN(input: $0, classes: $1) }),
    ("resnet20", 1, { cifarResNet(depth: 20, input: $0, classes: $1) }),
    ("resnet32", 1, { cifarResNet(depth: 32, input: $0, classes: $1) }),
    ("resnet44", 1, { cifarResNet(depth: 44, input: $0, classes: $1) }),
    ("resnet56", 1, { cifarResNet(depth: 56, input: $0, classes: $1) }),
    ("resnet110", 1, { cifarResNet(depth: 110, input: $0, classes: $1) }),
    ("resnet18", 1, { cifarResNet18(input: $0, classes: $1) }),
    ("resnet20v1", 1, { kerasResNetV1(blocks: 3, input: $0, classes: $1) }),
    ("resnet32v1", 1, { kerasResNetV1(blocks: 5, input: $0, classes: $1) }),
    ("resnet44v1", 1, { kerasResNetV1(blocks: 7, input: $0, classes: $1) }),
    ("resnet56v1", 1, { kerasResNetV1(blocks: 9, input: $0, classes: $1) }),
    ("resnet110v1", 1, { kerasResNetV1(blocks: 18, input: $0, classes: $1) }),
    ("resnet20v2", 1, { kerasResNetV2(units: 2, input: $0, classes: $1) }),
    ("resnet29v2", 1, { kerasResNetV2(units: 3, input: $0, classes: $1) }),
    ("resnet56v2", 1, { kerasResNetV2(units: 6, input: $0, classes: $1) }),
    ("resnet110v2", 1, { kerasResNetV2(units: 12, input: $0, classes: $1) }),
    ("flowers-cnn", 4, { flowersCNN(input: $0, classes: $1) }),
  ]

  /// The networks that mix branches, and the width of their first stage.
  private static let shakeRows: [(name: String, width: Int)] = [
    ("shake26-2x16d", 16), ("shake26-2x32d", 32), ("shake26-2x64d", 64), ("shake26-2x96d", 96),
    ("shake26-2x112d", 112),
  ]

  /// The names, in the order of the help text.
  public static var names: [String] { rows.map(\.name) + shakeRows.map(\.name) }

  /// How a network mixes its branches unless told otherwise; nil for one that has none.
  public static func usualShake(_ name: String) -> ShakeMode? {
    shakeRows.contains { $0.name == name } ? .paper : nil
  }

  /// The network of that name for images of that shape; throws a usage failure where there is none,
  /// they are too small or `shake` has no branches.
  public static func model(
    _ name: String,
    input: ImageShape,
    classes: Int,
    shake: ShakeMode? = nil
  ) throws -> Model {
    if let row = shakeRows.first(where: { $0.name == name }) {
      return shakeShakeNet(
        width: row.width,
        mode: shake ?? .paper,
        input: input,
        classes: classes
      )
    }
    guard let row = rows.first(where: { $0.name == name }) else {
      throw Failure.unknown("--model \(name)", "model", name, among: names)
    }
    if let shake {
      throw Failure(
        .usage,
        "--shake \(shake): \(name) has no branches to mix; "
          + "\(shakeRows.map(\.name).joined(separator: ", ")) have."
      )
    }
    guard min(input.height, input.width) >= row.side else {
      throw Failure(
        .usage,
        "--model \(name) needs images of at least \(row.side)×\(row.side) pixels, not \(input)."
      )
    }
    return row.build(input, classes)
  }
}
