import Networks
import Tensors

extension Horizon {
  /// The fewest samples that BatchNorm should take statistics over.
  static let leastNormalized = 8

  /// Sentences on batches whose BatchNorm sees fewer samples than it should, for a valid plan and
  /// all `images` to train on; none with --allow-small-bn.
  ///
  /// They are no errors: a batch of a few images is trained on as the plan says, and only parts of
  /// whole batches that are too small are refused, where the plan is validated.
  public func smallBatchWarnings(_ plan: TrainingPlan, images: Int) -> [String] {
    guard !plan.allowSmallBatchNorm, let grouping = try? plan.grouping else { return [] }
    let whole = plan.fewestNormalized(of: plan.batchSize, grouping)
    if whole < Self.leastNormalized {
      return [
        "BatchNorm takes its statistics over only \(samples(whole)), which costs accuracy: take a "
          + "larger --batch-size, or --allow-small-bn to mean it."
      ]
    }
    let rest = images % plan.batchSize
    // A run that stops before its first short batch has none.
    guard rest > 0, !plan.dropLast, steps >= stepsPerEpoch else { return [] }
    let fewest = plan.fewestNormalized(of: rest, grouping)
    guard fewest < Self.leastNormalized else { return [] }
    return [
      "the last batch of every epoch has \(samples(rest)) (\(images) images, --batch-size "
        + "\(plan.batchSize)), and BatchNorm takes its statistics over only \(samples(fewest)) "
        + "there, in a step that counts like any other: add --drop-last, or take another "
        + "--batch-size\(plan.otherBatch(images: images, grouping).map { ", such as \($0)" } ?? "")."
    ]
  }

  private func samples(_ count: Int) -> String { count == 1 ? "1 sample" : "\(count) samples" }
}

extension TrainingPlan {
  /// The fewest samples that share statistics in a batch of `samples`.
  fileprivate func fewestNormalized(of samples: Int, _ grouping: BatchNormGrouping) -> Int {
    let sizes = (0..<lanes).map { share($0, of: lanes, total: samples).count }
    let groups: [Int]
    switch grouping {
    case .lanes(let count):
      groups = stride(from: 0, to: lanes, by: count).map { first in
        sizes[first..<min(first + count, lanes)].reduce(0, +)
      }
    case .parts(let count):
      groups = sizes.flatMap { size in
        (0..<count).map { share($0, of: count, total: size).count }
      }
    }
    return groups.filter { $0 > 0 }.min() ?? 0
  }

  /// The next smaller batch, of up to 64, that leaves no such last one; nil where groups have a say.
  fileprivate func otherBatch(images: Int, _ grouping: BatchNormGrouping) -> Int? {
    if case .group = batchNorm { return nil }
    let least = max(lanes * (batchNorm == .lane ? Horizon.leastNormalized : 1), 1)
    let sizes = stride(from: batchSize - 1, through: max(least, batchSize - 64), by: -1)
    return sizes.first { size in
      let rest = images % size
      return rest == 0 || fewestNormalized(of: rest, grouping) >= Horizon.leastNormalized
    }
  }
}
