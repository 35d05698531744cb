import ArgumentParser
import Networks
import Plans
import Tensors

/// The images that a network is made for where there are no data.
struct ImageOptions: ParsableArguments {
  @Option(
    name: .customLong("size"),
    parsing: .unconditional,
    help: ArgumentHelp("height and width of an image of three channels", valueName: "N")
  )
  var size = 32
  @Option(
    name: .customLong("classes"),
    parsing: .unconditional,
    help: ArgumentHelp("classes of images", valueName: "N")
  )
  var classes = 10

  func validate() throws {
    guard (1...4096).contains(size) else {
      throw ValidationError("--size \(size): expected an integer from 1 to 4096.")
    }
    try requirePositive("classes", classes)
  }

  /// The plan's network for such images.
  func model(_ plan: TrainingPlan) throws -> Model {
    let shape = ImageShape(height: size, width: size, channels: 3)
    return try ModelCatalog.model(plan.model, input: shape, classes: classes, shake: plan.shake)
  }
}
