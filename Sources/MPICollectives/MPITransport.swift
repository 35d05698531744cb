import CMPI
import Collectives
import Glibc
import Tensors

/// Messages between the ranks of an MPI job, or of a part of it.
///
/// Waiting means polling, as nobody moves messages in the background; ranks that share cores with
/// too many others yield.
final class MPITransport: MessageTransport {
  let rank: Int
  /// The host name of every rank, as MPI knows it.
  let hosts: [String]
  /// Whether more ranks of the job, in whatever part, run on this rank's cores than there are
  /// cores, so that waiting must give them up.
  private let yields: Bool
  private let handle: MPIHandle

  /// The transport between all ranks of the job, each of which makes one; MPI has been started.
  ///
  /// Throws `Failure` (.launch) when MPI refuses.
  init() throws {
    var (rank, size) = (Int32(0), Int32(0))
    try check(MPI_Comm_rank(.world, &rank), "MPI_Comm_rank")
    try check(MPI_Comm_size(.world, &size), "MPI_Comm_size")
    (self.rank, handle) = (Int(rank), MPIHandle(.world))
    let places = try Place.gather(ranks: Int(size))
    hosts = places.map(\.host)
    let own = places[self.rank]
    let rivals = places.filter { $0.host == own.host && !$0.cores.isDisjoint(with: own.cores) }
    yields = rivals.count > own.cores.count
  }

  /// Rank `rank` of the part that `handle` connects.
  private init(_ rank: Int, _ hosts: [String], _ handle: MPIHandle, yields: Bool) {
    (self.rank, self.hosts, self.handle, self.yields) = (rank, hosts, handle, yields)
  }

  var size: Int { hosts.count }

  func makeBatch(capacity: Int) -> any MessageBatch {
    MPIBatch(handle, capacity: capacity, yields: yields)
  }

  func split(_ members: [Int], as rank: Int) throws -> any MessageTransport {
    // No two parts have the same first rank.
    let handle = try self.handle.split(color: members[0], key: rank)
    return MPITransport(rank, members.map { hosts[$0] }, handle, yields: yields)
  }

  func abort(_ code: Int32) -> Never {
    MPI_Abort(.world, code)
    exit(code)
  }
}

/// Where a rank runs.
private struct Place {
  let host: String
  /// The cores of its mask; no more than 1024 are told apart.
  let cores: Set<Int>

  private static let nameBytes = Int(MPI_MAX_PROCESSOR_NAME)
  private static let maskBytes = 128

  /// The place of every rank.
  static func gather(ranks: Int) throws -> [Place] {
    let name = text(capacity: nameBytes) { MPI_Get_processor_name($0, $1) } ?? "unknown"
    let recordBytes = nameBytes + maskBytes
    var own = Array(name.utf8.prefix(nameBytes))
    own += Array(repeating: 0, count: recordBytes - own.count)
    for core in affinityMask() where core < 8 * maskBytes {
      own[nameBytes + core / 8] |= 1 << (core % 8)
    }
    var all = [UInt8](repeating: 0, count: ranks * recordBytes)
    let count = Int32(recordBytes)
    try check(MPI_Allgather(own, count, .byte, &all, count, .byte, .world), "MPI_Allgather")
    return (0..<ranks).map { Place(all[$0 * recordBytes..<($0 + 1) * recordBytes]) }
  }

  private init(_ record: ArraySlice<UInt8>) {
    let (name, mask) = (record.prefix(Self.nameBytes), Array(record.suffix(Self.maskBytes)))
    host = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    cores = Set((0..<8 * mask.count).filter { mask[$0 / 8] >> ($0 % 8) & 1 == 1 })
  }
}
