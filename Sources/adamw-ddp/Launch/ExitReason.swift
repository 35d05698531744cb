/// Why a program ends before its work is done.
struct ExitReason {
  /// The code of a run that was asked to stop, with --requeue-exit-code (EX_TEMPFAIL).
  static let requeue: Int32 = 75

  /// The exit code.
  let code: Int32
  /// What to say; nothing when it has been said.
  let text: String
  /// Whether all ranks know that all ranks have it.
  let isAgreed: Bool
}
