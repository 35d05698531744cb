import CMPI
import Tensors

/// Throws what MPI says about `code`, the result of the function `name`, unless it succeeded.
func check(_ code: Int32, _ name: StaticString) throws {
  guard code != MPI_SUCCESS else { return }
  let reason = text(capacity: Int(MPI_MAX_ERROR_STRING)) { MPI_Error_string(code, $0, $1) }
  throw Failure(.launch, "\(name) failed: \(reason ?? "error \(code)").")
}

/// The text that an MPI function writes, with its length, into a buffer; nil when the function
/// fails.
func text(
  capacity: Int,
  _ write: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity + 1) { buffer in
    buffer.initialize(repeating: 0)
    var length: Int32 = 0
    guard let base = buffer.baseAddress, write(base, &length) == MPI_SUCCESS else { return nil }
    return String(cString: base)
  }
}
