/// Why a program ends before its work is done.
struct ExitReason {
  /// The exit code.
  let code: Int32
  /// What to say; nothing when it has been said.
  let text: String
  /// Whether all ranks know that all ranks have it.
  let isAgreed: Bool
}
