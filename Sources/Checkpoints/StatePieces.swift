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

  /// Whether they have every element of `piece`, bit by bit; throws `Failure` where they cannot be
  /// read.
  package func haveSame(_ piece: StatePiece) throws -> Bool {
    var end = piece.elements.lowerBound
    for other in of(piece.array, piece.tensor) where other.elements.overlaps(piece.elements) {
      let common = other.elements.clamped(to: piece.elements)
      let isSame = try piece.withValues { own in
        try other.withValues { values in
          common.allSatisfy {
            own[$0 - piece.elements.lowerBound].bitPattern
              == values[$0 - other.elements.lowerBound].bitPattern
          }
        }
      }
      guard isSame, common.lowerBound <= end else { return false }
      end = max(end, common.upperBound)
    }
    return end >= piece.elements.upperBound
  }

  /// Those of one tensor in one array, by their first element.
  func of(_ array: String, _ tensor: String) -> [StatePiece] {
    byTensor[Key(array: array, tensor: tensor)] ?? []
  }
}
