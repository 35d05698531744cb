import Collectives
import Tensors

/// The failure of every rank, nil where it succeeded.
public func failures(
  ranks: Int,
  _ body: @escaping @Sendable (any Communicator) throws -> Void
) throws -> [Failure?] {
  try ThreadWorld.run(ranks: ranks) { c in
    do {
      try body(c)
      return nil
    } catch let failure as Failure {
      return failure
    }
  }
}
