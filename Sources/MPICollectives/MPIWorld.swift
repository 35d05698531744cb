import CMPI
import Collectives
import Glibc
import Tensors

/// MPI from its start to its end, and the communicator of all ranks of the job.
///
/// One a process, used from the thread that made it. Whoever catches an error calls the
/// communicator's `abort`, never `finish`: MPI_Finalize waits for the other ranks, which wait for
/// this one.
public final class MPIWorld {
  /// All ranks of the job.
  public let communicator: any Communicator

  /// Starts MPI for calls from this thread; `environment` is that of the process.
  ///
  /// Throws `Failure` (.launch) when MPI refuses, or when this is a world of one though the
  /// launcher meant several.
  public init(environment: [String: String]) throws {
    var provided: Int32 = 0
    try check(MPI_Init_thread(nil, nil, Int32(MPI_THREAD_FUNNELED), &provided), "MPI_Init_thread")
    try check(MPI_Comm_set_errhandler(.world, .errorsReturn), "MPI_Comm_set_errhandler")
    guard provided >= Int32(MPI_THREAD_FUNNELED) else {
      throw Failure(.launch, "This MPI cannot be used by a program with threads.")
    }
    communicator = MessageCommunicator(try MPITransport())
    let complaint = LaunchVariables.singletonComplaint(
      worldSize: communicator.size,
      environment: environment
    )
    if let complaint { throw Failure(.launch, complaint) }
  }

  /// What the library calls itself.
  public static var libraryVersion: String {
    text(capacity: Int(MPI_MAX_LIBRARY_VERSION_STRING)) { MPI_Get_library_version($0, $1) }
      ?? "unknown MPI"
  }

  /// Ends MPI when all ranks have done their work.
  ///
  /// Waits for all ranks; throws `Failure` (.launch) when MPI refuses.
  public func finish() throws { try check(MPI_Finalize(), "MPI_Finalize") }

  /// Ends a start that failed: the whole job where MPI has begun, else this process.
  public static func end(_ code: Int32) -> Never {
    var begun: Int32 = 0
    if MPI_Initialized(&begun) == MPI_SUCCESS, begun != 0 { MPI_Abort(.world, code) }
    exit(code)
  }
}
