/// The pieces of all ranks, found by array and tensor.
public struct StatePieces: Sendable {
  private struct Key: Hashable {
    let array: String
    let tensor: String
  }

  private let byTensor: [Key: [StatePiece]]

  /// Sorts pieces that came in any order, from any number of ranks.
  public init(_ pieces: [StatePiece]) {
    byTensor = Dictionary(grouping: pieces) { Key(array: $0.array, tensor: $0.tensor) }
      .mapValues { $0.sorted { $0.elements.lowerBound < $1.elements.lowerBound } }
  }

  /// Those of one tensor in one array, by their first element.
  func of(_ array: String, _ tensor: String) -> [StatePiece] {
    byTensor[Key(array: array, tensor: tensor)] ?? []
  }
}
