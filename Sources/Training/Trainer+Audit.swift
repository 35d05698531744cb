import DataParallel
import Datasets
import Networks
import Tensors

extension Trainer {
  /// What computes the step twice; nil where it is computed once.
  func audit(of step: Int) -> StepAudit? {
    guard let audit = engine.audit, audit.isDue(step) else { return nil }
    return audit
  }

  /// Computes the step where it is not trained on; returns why samples could not be read.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  func compute(_ step: Int, for audit: StepAudit) throws -> Failure? {
    try StepSection.audit.measure(team) {
      try audit.compute(step: step, samples: loader.samples(of: step), team) {
        fetch(step, into: $0)
      }
    }
  }

  /// Compares both computations of the step, before its totals; `isWhole` is false where this rank
  /// could not read samples.
  ///
  /// Throws `Failure` on all ranks: .diverged where they differ, .launch when a rank is lost.
  func compare(_ step: Int, for audit: StepAudit, isWhole: Bool) throws {
    // Most of it is waiting for the others.
    try StepSection.exchange.measure(team) {
      try audit.compare(step: step, isWhole: isWhole, threads: team.size)
    }
  }

  /// Gives a lane's gradients of this rank to `disturb` before they are compared: as they are trained
  /// on or, `again`, as they are computed for another rank; for tests.
  package func disturb(
    again: Bool = false,
    _ disturb: ((_ lane: Int, _ element: Int, _ values: UnsafeMutablePointer<Float>) -> Void)?
  ) {
    let replica = again ? engine.audit?.again : engine.audit?.own
    replica?.digests.disturb = disturb
  }
}
