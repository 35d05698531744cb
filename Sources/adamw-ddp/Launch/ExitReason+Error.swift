import ArgumentParser
import Tensors

extension ExitReason {
  /// The exit code and the words of an error, also of those with which the parser asks for help.
  init(_ error: any Error) {
    if let failure = error as? Failure {
      self.init(
        code: failure.kind.rawValue,
        text: failure.message,
        isAgreed: failure.isAgreed
      )
      return
    }
    let code = (error as? ExitCode ?? AdamWDDP.exitCode(for: error)).rawValue
    let text =
      switch code {
      case _ where error is ExitCode: ""
      case 0: CommandWords.help(AdamWDDP.fullMessage(for: error))
      case Failure.Kind.usage.rawValue: CommandWords.complaint(AdamWDDP.message(for: error))
      default: "\(error)"
      }
    self.init(code: code, text: text, isAgreed: false)
  }
}
