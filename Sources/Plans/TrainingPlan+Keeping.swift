import Tensors

extension TrainingPlan {
  /// Throws a usage failure where something hangs on evaluations that the plan does not want.
  func validateKeeping() throws {
    guard evalEvery == 0 else { return }
    for (flag, isGiven) in [("save-best", saveBest), ("early-stop", earlyStop != nil)] {
      guard isGiven else { continue }
      throw Failure(
        .usage,
        "--\(flag) compares evaluations, and --eval-every 0 wants only one, at the end."
      )
    }
  }
}
