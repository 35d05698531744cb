import Optimizers
import Tensors

extension PlanField {
  /// Every field of the plan, in the order of the help text.
  public static let all: [PlanField] =
    rows(.data, of: [.train, .explain], dataFields)
    + rows(.training, of: [.train, .explain], trainingFields)
    + rows(.optimizer, of: [.train, .explain], optimizerFields + scheduleFields + ruleFields)
    + rows(.parallel, of: .train, parallelFields)
    + rows(.output, of: .train, outputFields)
    + rows(.safety, of: .train, safetyFields)

  private static let trainingFields: [PlanField] = [
    PlanField("epochs", \.epochs, .integer(1...), .method, "passes over the images"),
    PlanField(
      "steps",
      \.steps,
      .optional(.integer(0...)),
      .extent,
      "stop after so many steps, leaving schedules as they are; still evaluates and saves"
    ),
    PlanField(
      "batch-size",
      \.batchSize,
      .integer(1...),
      .method,
      also: [.estimate, .benchStep],
      "GLOBAL batch: samples of one update over all ranks"
    ),
    PlanField(
      "drop-last",
      \.dropLast,
      .toggle,
      .method,
      "leave out the images of an epoch that do not fill a batch, other ones each time"
    ),
    PlanField(
      "bn",
      \.batchNorm,
      .described(
        "batch|group:N|lane",
        expected: "batch, lane or group:N",
        read: { BatchNormMode($0.lowercased()) }
      ),
      .method,
      also: [.estimate, .benchStep],
      "BatchNorm statistics over the global batch, over groups of N samples, or by lane"
    ),
    PlanField(
      "allow-small-bn",
      \.allowSmallBatchNorm,
      .toggle,
      .running,
      also: [.estimate, .benchStep],
      "allow BatchNorm over fewer than 8 samples"
    ),
    PlanField("smoothing", \.smoothing, .number(.fraction), .method, "label smoothing"),
    PlanField(
      "seed",
      \.seed,
      .described("N", expected: "an integer that is not negative", read: { UInt64($0) }),
      .method,
      also: .preview,
      "key of every random draw"
    ),
  ]

  private static let optimizerFields: [PlanField] = [
    PlanField(
      "opt",
      \.rule,
      .name(of: UpdateRuleCatalog.rows.map(\.name)),
      .method,
      also: [.estimate, .benchStep],
      "update rule: " + UpdateRuleCatalog.rows.map(\.name).joined(separator: ", ")
    ),
    PlanField(
      "lr",
      \.learningRate,
      .optional(.number(.notNegative)),
      .method,
      "learning rate α; by default " + usualRates
    ),
    PlanField(
      "weight-decay",
      \.weightDecay,
      .optional(.number(.notNegative)),
      .method,
      excludes: "weight-decay-norm",
      "decoupled decay λ: θ shrinks by η·λ·θ a step in the paper's dialect, times α in those of "
        + "pytorch, keras and optax"
    ),
    PlanField(
      "weight-decay-norm",
      \.weightDecayNorm,
      .optional(.number(.notNegative)),
      .method,
      excludes: "weight-decay",
      "normalised decay: λ = this · √(batch / (images · epochs)), of the restart "
        + "period where there are any; by default 0.025 when neither is given"
    ),
    PlanField(
      "allow-strong-decay",
      \.allowStrongDecay,
      .toggle,
      .running,
      "allow a --weight-decay of over \(plain(Horizon.strongDecay.factor)) times what --weight-decay-norm "
        + "\(Horizon.strongDecay.normalized) would be"
    ),
  ]

  /// "0.001; 0.05 for sgdw and sgd, …": that of most rules, and who has another.
  private static var usualRates: String {
    let rows = UpdateRuleCatalog.rows
    let rates = rows.map(\.learningRate).reduce(into: [Double]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    func names(_ rate: Double) -> [String] { rows.filter { $0.learningRate == rate }.map(\.name) }
    let usual = rates.max { names($0).count < names($1).count }
    let others = rates.filter { $0 != usual }.map {
      "\(plain($0)) for \(names($0).joined(separator: " and "))"
    }
    return "\(usual.map(plain) ?? ""); \(others.joined(separator: ", "))"
  }
}
