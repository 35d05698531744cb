import CMPI

/// One of MPI's communicators; all but the world are freed with their last transport or batch.
///
/// MPI_Comm_free counts as collective, but the standard expects it to wait for nobody, so that a
/// rank which fails is not held up here.
final class MPIHandle {
  let comm: MPI_Comm

  init(_ comm: MPI_Comm) { self.comm = comm }

  /// The ranks that give the same `color`, numbered by `key`; every rank calls it.
  ///
  /// Throws `Failure` (.launch) when MPI refuses.
  func split(color: Int, key: Int) throws -> MPIHandle {
    var part: MPI_Comm?
    try check(MPI_Comm_split(comm, Int32(color), Int32(key), &part), "MPI_Comm_split")
    guard let part else { preconditionFailure("MPI_Comm_split left its result unset") }
    return MPIHandle(part)
  }

  deinit {
    var isOver: Int32 = 0
    guard comm != .world, MPI_Finalized(&isOver) == MPI_SUCCESS, isOver == 0 else { return }
    var comm: MPI_Comm? = comm
    MPI_Comm_free(&comm)
  }
}
