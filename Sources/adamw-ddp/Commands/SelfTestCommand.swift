import ArgumentParser
import Kernels
import Plans
import Tensors
import Training

/// `adamw-ddp selftest`.
struct SelfTestCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Check that one process and three ranks train the same bits here (seconds)."
  )

  var agreed: KeyValuePairs<String, String> { [:] }

  func run(_ world: World) throws {
    // The three ranks live inside one process, so one is enough.
    guard world.leads else { return }
    let clock = ContinuousClock.now
    let result = try SelfTest.run()
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    let place = "OpenBLAS \(BLAS.coreName), \(KernelLevel.best.rawValue) kernels"
    guard result.passed else {
      try Results.line(
        "selftest FAILED: one process gives \(result.alone), three ranks \(result.together) "
          + "(\(place))"
      )
      throw ExitCode(1)
    }
    try Results.line(
      "selftest passed: one process and three ranks give \(result.alone) (\(place), "
        + "\(significant(seconds)) s)"
    )
  }
}
