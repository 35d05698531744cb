import Kernels
import Networks
import Optimizers
import Tensors

extension PlanField {
  /// Every field of the plan, in the order of the help text.
  public static let all: [PlanField] =
    dataFields + trainingFields + optimizerFields + scheduleFields + ruleFields + runFields

  private static let dataFields: [PlanField] = [
    text(
      "data",
      "PATH",
      .data,
      .identity,
      \.data,
      "a folder of CIFAR-10 binaries, or 'synthetic': the built-in images"
    ),
    text(
      "model",
      "NAME",
      .data,
      .method,
      \.model,
      "network: " + ModelCatalog.names.joined(separator: ", ")
    ),
    row(
      "shake",
      .value("FORWARD-BACKWARD-LEVEL"),
      .data,
      .method,
      "how shake26 networks mix their branches in training: shake or even, then shake, even or keep, "
        + "drawn by image or batch; by default \(ShakeMode.paper)",
      { $0.shake?.description }
    ) { plan, text in
      guard let mode = ShakeMode(text) else {
        return "shake|even, then shake|even|keep, then image|batch, such as \(ShakeMode.paper)"
      }
      plan.shake = mode
      return nil
    },
    optionalNumber(
      "val-fraction",
      .data,
      .identity,
      \.valFraction,
      .openFraction,
      "hold out this part of the training images, class by class, and evaluate on it"
    ),
    optionalNumber(
      "train-fraction",
      .data,
      .identity,
      \.trainFraction,
      .part,
      "train on this part of all training images, class by class, taken from those not held out"
    ),
    choice(
      "augment",
      .data,
      .method,
      \.augment,
      "random crop after zero padding of 4, and horizontal flip"
    ),
    integer(
      "cutout",
      .data,
      .method,
      \.cutout,
      atLeast: 0,
      "set a square of N×N pixels of every training image to the mean colour, at random; 0: none"
    ),
  ]

  private static let trainingFields: [PlanField] = [
    integer("epochs", .training, .method, \.epochs, atLeast: 1, "passes over the images"),
    optionalInteger(
      "steps",
      .training,
      .extent,
      \.steps,
      atLeast: 0,
      "stop after so many steps, leaving schedules as they are; still evaluates and saves"
    ),
    integer(
      "batch-size",
      .training,
      .method,
      \.batchSize,
      atLeast: 1,
      "GLOBAL batch: samples of one update over all ranks"
    ),
    row(
      "bn",
      .value("batch|group:N|lane"),
      .training,
      .method,
      "BatchNorm statistics over the global batch, over groups of N samples, or by lane",
      { $0.batchNorm.description }
    ) { plan, text in
      guard let mode = BatchNormMode(text) else { return "batch, lane or group:N" }
      plan.batchNorm = mode
      return nil
    },
    toggle(
      "allow-small-bn",
      .training,
      .running,
      \.allowSmallBatchNorm,
      "allow BatchNorm over fewer than 8 samples"
    ),
    number(
      "smoothing",
      .training,
      .method,
      \.smoothing,
      .fraction,
      "label smoothing"
    ),
    row(
      "seed",
      .value("N"),
      .training,
      .method,
      "key of every random draw",
      { "\($0.seed)" }
    ) { plan, text in
      guard let seed = UInt64(text) else { return "an integer that is not negative" }
      plan.seed = seed
      return nil
    },
  ]

  private static let optimizerFields: [PlanField] = [
    text(
      "opt",
      "NAME",
      .optimizer,
      .method,
      \.rule,
      "update rule: " + UpdateRuleCatalog.rows.map(\.name).joined(separator: ", ")
    ),
    optionalNumber(
      "lr",
      .optimizer,
      .method,
      \.learningRate,
      .notNegative,
      "learning rate α; by default "
        + UpdateRuleCatalog.rows.map { "\($0.learningRate) for \($0.name)" }.joined(separator: ", ")
    ),
    optionalNumber(
      "weight-decay",
      .optimizer,
      .method,
      \.weightDecay,
      .notNegative,
      "decoupled decay λ: θ shrinks by η·λ·θ a step in the paper's dialect, times α in those of "
        + "pytorch, keras and optax"
    ),
    optionalNumber(
      "weight-decay-norm",
      .optimizer,
      .method,
      \.weightDecayNorm,
      .notNegative,
      "normalised decay: λ = this · √(batch / (images · epochs)), of the restart "
        + "period where there are any; by default 0.025 when neither is given"
    ),
    toggle(
      "allow-strong-decay",
      .optimizer,
      .running,
      \.allowStrongDecay,
      "allow a --weight-decay above 0.001"
    ),
  ]
}
