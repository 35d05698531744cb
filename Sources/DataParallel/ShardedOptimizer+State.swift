import Checkpoints
import Optimizers
import Tensors

extension ShardedOptimizer {
  /// This rank's part of the parameters, the running statistics, the rule's state and the moving
  /// average, as views.
  ///
  /// All ranks together have every element once, however the state is sharded: a piece is given by
  /// the rank that owns its slice, the statistics by rank 0. Call it between steps.
  public func pieces(_ layout: ParameterLayout) -> [StatePiece] {
    let whole = owned + (rank == 0 ? [layout.statistics] : [])
    return arrays(parameters: whole, average: whole, state: owned).flatMap { $0.pieces(layout) }
  }

  /// Takes up what concerns this rank of the pieces of all ranks of a world of any size.
  ///
  /// That is all parameters, and state and average of the elements that this rank updates. Returns
  /// how many of its elements none of them has; those stay as they are. Throws `Failure` for pieces
  /// of a file that cannot be read.
  public func restore(_ pieces: [StatePiece], _ layout: ParameterLayout) throws -> Int {
    let found = StatePieces(pieces)
    return try arrays(
      parameters: [0..<layout.count],
      average: shard.ranges + [layout.statistics],
      state: shard.ranges
    )
    .reduce(0) { try $0 + $1.restore(found, layout) }
  }

  /// Everything that a step changes, as far as these ranges of the layout go.
  private func arrays(
    parameters: [Range<Int>],
    average: [Range<Int>],
    state: [Range<Int>]
  ) -> [HeldArray] {
    let places = state.map { $0.isEmpty ? 0 : $0.lowerBound + shard.offset(of: $0.lowerBound) }
    var arrays = [HeldArray(HeldArray.parameters, self.parameters, parameters)]
    arrays += zip(rule.state, self.state).map { array, buffer in
      HeldArray(array.name, buffer, state, places: places)
    }
    if let values = self.average?.values {
      arrays.append(HeldArray(HeldArray.average, values, average))
    }
    return arrays
  }
}
