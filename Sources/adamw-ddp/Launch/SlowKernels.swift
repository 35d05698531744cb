import Kernels

/// The common ways to lose half of a machine's speed and more.
enum SlowKernels {
  /// What to do about an OpenBLAS that leaves AVX-512 unused, or lets only one of `threads`
  /// threads multiply at a time; nil when all is well.
  static func advice(_ environment: [String: String], threads: Int) -> String? {
    if BLAS.isSerial, threads > 1 {
      return "OpenBLAS is built without threads, so the \(threads) threads of a rank take turns in "
        + "it: install libopenblas0-pthread, or start a rank for each core."
    }
    guard BLAS.isHalfSpeed else { return nil }
    let variable = "OPENBLAS_CORETYPE"
    let fix =
      environment[variable].map { "unset \(variable) (it is \($0))" } ?? "set \(variable)=SkylakeX"
    return "OpenBLAS runs its \(BLAS.coreName) kernels on a CPU with AVX-512, at about half the "
      + "speed: \(fix). This changes the bits."
  }
}
