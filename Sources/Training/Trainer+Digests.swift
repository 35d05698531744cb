import Datasets
import Plans
import Runs

extension Trainer {
  /// Begins the chain where the run has none, and hashes the state that it begins with: the totals
  /// of the next step bring its digest.
  ///
  /// Throws `Failure` (.usage) for a plan that is not valid.
  func beginDigests(_ environment: RunEnvironment) throws {
    guard plan.digestEvery > 0 else { return }
    if progress.chain == nil {
      progress.chain = try DigestChain(plan, data: environment.dataDigest)
    }
    if plan.wantsDigest(after: progress.step) { engine.takeDigest() }
  }

  /// Takes the digest of the state after `step` steps into the chain, where the plan wants it and
  /// the totals behind that step have brought it; throws what the observer throws.
  func linkDigest(after step: Int, _ observer: any TrainingObserver) throws {
    if plan.wantsDigest(after: step) { try link(step, observer) }
  }

  /// Takes the digest of the last state into the chain, which no further step brings; that of a run
  /// that is done, whether its turn has come or not.
  ///
  /// Throws what the observer throws, and `Failure` (.launch) when a rank is lost or has other
  /// statistics.
  func endDigests(_ outcome: Outcome, _ observer: any TrainingObserver) throws {
    let (step, isDue) = (progress.step, plan.wantsDigest(after: progress.step))
    guard let chain = progress.chain, chain.step < step, plan.digestEvery > 0,
      isDue || outcome == .done
    else { return }
    if !isDue { engine.takeDigest() }
    try engine.gatherDigest()
    try link(step, observer)
  }

  /// A hash of which images the last of `step` steps took; 0 before the first.
  func order(before step: Int) -> UInt64 {
    if let orderBefore, orderBefore.step == step { return orderBefore.hash }
    return step == 0 ? 0 : loader.orderHash(of: step - 1)
  }

  /// The digest of the state as it is; every rank calls it.
  ///
  /// Throws `Failure` (.launch) when a rank is lost or has other statistics.
  func digestOfState() throws -> UInt64 {
    engine.takeDigest()
    try engine.gatherDigest()
    return engine.digest
  }

  private func link(_ step: Int, _ observer: any TrainingObserver) throws {
    guard let before = progress.chain, before.step < step else { return }
    let digest = engine.digest
    progress.chain?.append(digest, step: step, order: order(before: step))
    guard let chain = progress.chain else { return }
    try observer.digested(DigestRow(step: step, digest: digest, chain: chain.value))
  }
}
