import Kernels
import Tensors

/// The address space that a rank's threads take, which a limit of it must leave: OpenBLAS waits for
/// ever, and silently, for a buffer that it does not get.
package enum ThreadSpace {
  /// Bytes that `threads` threads reserve, though they touch little of it.
  package static func bytes(threads: Int) -> Int {
    threads * (BLAS.bufferBytes + AddressSpace.mallocBytesPerThread + ThreadTeam.stackBytes)
  }

  /// Throws `Failure` (.launch) where the limits of this process do not leave so much.
  package static func admit(threads: Int) throws(Failure) {
    try admit(bytes(threads: threads), threads: threads, left: .left)
  }

  /// Throws `Failure` (.launch) where less than `bytes` are `left`, which are for `threads` threads
  /// and what they work on.
  package static func admit(
    _ bytes: Int,
    threads: Int,
    left: AddressSpace?
  ) throws(Failure) {
    guard let left, Double(bytes) > left.bytes else { return }
    func kibibytes(_ bytes: Double) -> Int { Int((bytes / 1024).rounded(.up)) }
    // Rounded up: the next start may have taken a little more by then.
    let least = left.limit - left.bytes + Double(bytes) + left.wanted
    let enough = (kibibytes(least) / 16384 + 1) * 16384
    throw Failure(
      .launch,
      "\(threads) \(threads == 1 ? "thread needs" : "threads need") \(kibibytes(Double(bytes))) KiB of "
        + "address space, OpenBLAS's buffers included, and of \(kibibytes(left.limit)) KiB "
        + "\(kibibytes(left.bytes)) are left: \(left.from.command) \(enough) or more"
        + "\(threads > 1 ? ", or fewer threads" : "")."
    )
  }
}
