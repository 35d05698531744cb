// Whoever imports Kernels sees the table and its structs as if they were declared here.
@_exported import CKernels
import KernelsAVX2
import KernelsAVX512
import KernelsBaseline

/// Pointers to functions, all of them pure.
extension KernelSet: @unchecked @retroactive Sendable {}

extension KernelSet {
  /// The set for a level, which the machine must be able to run.
  public init(_ level: KernelLevel) {
    precondition(level <= .best, "this CPU cannot run the \(level.rawValue) kernels")
    switch level {
    case .baseline: self = KernelsBaseline.kernels()
    case .avx2: self = KernelsAVX2.kernels()
    case .avx512: self = KernelsAVX512.kernels()
    }
  }
}
