import Checkpoints
import Collectives
import Foundation
import Tensors

/// Whether a folder of rank 0 is one and the same for all ranks.
package enum SharedFolder {
  /// Why a rank does not see what rank 0 has just put into its `folder`, by rank; nil where it does.
  ///
  /// Every rank calls it; rank 0's path counts. Throws the same `Failure` (.file) on all ranks where
  /// rank 0 cannot write there.
  package static func reasons(
    _ folder: String,
    _ communicator: any Communicator
  ) throws -> [String?] {
    // Its name is new, so that no other run's is taken for it and no host remembers that it was not
    // there.
    let mark = try communicator.allGather("\(UInt64.random(in: .min ... .max))")[0]
    let token = "\(try communicator.allGather(folder)[0])/.token-\(mark)"
    let leads = communicator.rank == 0
    try communicator.together { if leads { try AtomicFile.write(Data(), to: token) } }
    defer { if leads { unlink(token) } }
    let own = access(token, R_OK) == 0 ? "" : systemReason(errno)
    return try communicator.allGather(own).map { $0.isEmpty ? nil : $0 }
  }
}
