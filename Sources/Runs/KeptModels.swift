/// What a run has saved on its way; a run that goes on must know it.
public struct KeptModels: Codable, Sendable, Equatable {
  /// The evaluation whose model is best.safetensors.
  public private(set) var best: BestEvaluation?
  /// The names of the snapshots in the run folder, the earliest first.
  public private(set) var snapshots: [String] = []

  /// Nothing yet.
  public init() {}

  /// Takes note of one more.
  package mutating func add(_ model: KeptModel) {
    switch model {
    case .best(let evaluation): best = evaluation
    case .snapshot: snapshots.append(model.name)
    // Whether these are there the state of the run says.
    case .last, .average: break
    }
  }
}
