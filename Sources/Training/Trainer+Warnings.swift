import Datasets
import Networks
import Plans

extension Trainer {
  /// What is worth a warning before the run.
  public var warnings: [String] {
    var warnings = horizon.warnings
    if source.measured.split == .test {
      let flags = [("--save-best", plan.saveBest), ("--early-stop", plan.earlyStop != nil)]
      let given = flags.filter(\.1).map(\.0)
      if !given.isEmpty {
        warnings.append(
          "\(given.joined(separator: " and ")) \(given.count == 1 ? "chooses" : "choose") by the "
            + "test images, whose accuracy then is too good to report: --val-fraction 0.1 holds "
            + "training images out to choose by."
        )
      }
    }
    if model.nodes.contains(where: { $0.operation is BatchNorm }) {
      warnings += horizon.smallBatchWarnings(plan, images: source.train.count)
    }
    return warnings
  }
}
