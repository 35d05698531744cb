import Checkpoints
import Collectives
import Datasets
import Runs

extension Trainer {
  /// Takes steps up to `last` and compares the state after them with what `rows` say, one by one,
  /// until it is another; returns how many were compared, and where the two part.
  ///
  /// Nothing that is due between steps is done but to tell `console`. Throws `Failure`: .data where
  /// samples cannot be read, .launch when a rank is lost or has other statistics.
  func replay(
    _ rows: [DigestRow],
    to last: Int,
    _ console: (any ReplayConsole)?
  ) throws -> (compared: Int, parting: ReplayResult.Parting?) {
    var (next, compared) = (0, 0)
    while true {
      while next < rows.count && rows[next].step < progress.step { next += 1 }
      if next < rows.count && rows[next].step == progress.step {
        let (logged, computed) = (rows[next], try digest(linkedIn: rows[next]))
        compared += 1
        if logged != computed { return (compared, parting(from: logged, computed)) }
      }
      if progress.step >= last { return (compared, nil) }
      guard let metrics = try takeStep() else {
        let behind = rows.dropFirst(next).first { $0.step > progress.step }
        return (compared, behind.map { parting(from: $0, nil) })
      }
      console?.moved(metrics, epoch: progress.epoch)
    }
  }

  private func parting(from logged: DigestRow, _ computed: DigestRow?) -> ReplayResult.Parting {
    ReplayResult.Parting(step: logged.step, logged: logged, computed: computed)
  }

  /// The row of the state as it is; one that the run's chain has already has the chain of `logged`.
  private func digest(linkedIn logged: DigestRow) throws -> DigestRow {
    let step = progress.step
    let digest = try digestOfState()
    let isLinked = progress.chain.map { $0.step < step } == true
    if isLinked {
      progress.chain?.append(digest, step: step, order: order(before: step))
    }
    let chain = isLinked ? progress.chain?.value : nil
    return DigestRow(step: step, digest: digest, chain: chain ?? logged.chain)
  }

  /// The arrays and tensors in which this state is another than the one that these pieces make up,
  /// as all ranks find; every rank calls it.
  ///
  /// Throws `Failure`: .data or .file on all ranks for pieces that cannot be read, .launch when a rank
  /// is lost.
  func differences(from pieces: [StatePiece]) throws -> [String] {
    let found = StatePieces(pieces)
    let own = try communicator.together {
      try state.pieces.filter { try !found.haveSame($0) }.map { "\($0.array) of \($0.tensor)" }
    }
    let all = try communicator.allGather(own.joined(separator: "\n"))
    return all.flatMap { $0.split(separator: "\n").map(String.init) }
      .reduce(into: []) { names, name in if !names.contains(name) { names.append(name) } }
  }
}
