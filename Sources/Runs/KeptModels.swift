import Datasets

/// What a run has saved on its way; a run that goes on must know it.
public struct KeptModels: Codable, Sendable, Equatable {
  /// The evaluation whose model is best.safetensors.
  public private(set) var best: BestEvaluation?
  /// The names of the snapshots in the run folder, the earliest first.
  public private(set) var snapshots: [String] = []

  /// Whether a moving average was saved at the end that has forgotten the first weights.
  public private(set) var hasWarmAverage = false

  /// Nothing yet.
  public init() {}

  /// Takes note of one more.
  package mutating func add(_ model: KeptModel) {
    switch model {
    case .best(let evaluation): best = evaluation
    case .snapshot: snapshots.append(model.name)
    case .average(let isWarm): hasWarmAverage = isWarm
    // Whether it is there the state of the run says.
    case .last: break
    }
  }

  /// Takes note that best.safetensors is no more.
  package mutating func forgetBest() { best = nil }

  /// The model to use, as a name in the folder of a run in `state`: the best by images held out,
  /// else that of the last complete restart period, else the average, else the last; nil while none
  /// of them is there.
  ///
  /// What was the best on the test images is none to use: its accuracy on them is too good. Nor is an
  /// average that holds the first weights, the best of its kind or not.
  public func recommended(_ state: RunState) -> String? {
    let isDone = state == .done
    if isDone, let best, best.split == .val, !best.ofAverage || hasWarmAverage {
      return ModelFile.bestName
    }
    if let snapshot = snapshots.last { return snapshot }
    guard isDone else { return nil }
    return hasWarmAverage ? ModelFile.averageName : ModelFile.name
  }
}
