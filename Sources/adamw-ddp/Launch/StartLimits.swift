import Glibc
import Kernels
import Tensors

/// Limits of this process under which it could not even begin.
enum StartLimits {
  /// Bytes of the main thread's stack: with 48 KiB it overflowed, and environment and arguments lie
  /// there too.
  private static let stack: UInt64 = 512 << 10
  /// Files that are open at the same time: six for one process, some twenty for two ranks over MPI.
  private static let files: UInt64 = 64
  /// Bytes of address space for code and libraries before the first command: 118 MiB measured, and
  /// MPI's.
  private static let program: UInt64 = 192 << 20

  /// Bytes that are written to beside OpenBLAS's buffers: without, its threads waited for ever.
  private static let data: UInt64 = 8 << 20

  /// Bytes of the largest file that Open MPI 4.1 makes to start in (with 4 MiB it was noisy, with
  /// 64 KiB for mpirun too it did not start).
  private static let mpiFile: UInt64 = 5 << 20

  /// One sentence that names the limit and what it must be, for a process that MPI `isLaunching` or
  /// one by itself; nil when all is well.
  static func complaint(isLaunching: Bool) -> String? {
    raiseStack()
    let others = UInt64(BLAS.startedThreads)
    let buffers = others * UInt64(BLAS.bufferBytes + ResourceLimit.threadStackBytes)
    let space = program + buffers
    let unless = others > 0 ? ", or OPENBLAS_NUM_THREADS=1" : ""
    let needs:
      [(limit: ResourceLimit, least: UInt64, unit: String, unitBytes: UInt64, why: String)] =
        [
          (.stack, stack, "KiB of stack", 1024, ""), (.openFiles, files, "open files", 1, ""),
          (.fileSize, isLaunching ? mpiFile : 0, "KiB in a file", 1024, ""),
          (.addressSpace, space, "KiB of address space", 1024, unless),
          (.data, others > 0 ? buffers + data : 0, "KiB of data", 1024, unless),
        ]
    for need in needs {
      guard let most = need.limit.soft, most < need.least else { continue }
      return "this process may have \(most / need.unitBytes) \(need.unit), and needs "
        + "\(need.least / need.unitBytes) to start: \(need.limit.command) "
        + "\(need.least / need.unitBytes) or more\(need.why)."
    }
    return nil
  }

  /// The main thread's stack grows to what the limit is at the time.
  private static func raiseStack() {
    guard let now = ResourceLimit.stack.soft, now < stack else { return }
    ResourceLimit.stack.raise(to: 8 << 20)
  }
}
