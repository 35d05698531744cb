import CMPI
import Collectives
import Glibc

/// A batch of MPI requests.
final class MPIBatch: MessageBatch {
  private var requests: UnsafeMutablePointer<MPI_Request?>
  private var capacity: Int
  private var used = 0
  private let handle: MPIHandle
  private let yields: Bool

  init(_ handle: MPIHandle, capacity: Int, yields: Bool) {
    self.handle = handle
    self.capacity = max(capacity, 1)
    self.yields = yields
    requests = .allocate(capacity: self.capacity)
    requests.initialize(repeating: .null, count: self.capacity)
  }

  deinit { requests.deallocate() }

  func send(_ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int) throws {
    try check(
      MPI_Isend(
        bytes.baseAddress,
        Int32(bytes.count),
        .byte,
        Int32(peer),
        Int32(tag),
        handle.comm,
        nextRequest()
      ),
      "MPI_Isend"
    )
    used += 1
  }

  func receive(_ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int) throws {
    try check(
      MPI_Irecv(
        bytes.baseAddress,
        Int32(bytes.count),
        .byte,
        Int32(peer),
        Int32(tag),
        handle.comm,
        nextRequest()
      ),
      "MPI_Irecv"
    )
    used += 1
  }

  func test() throws -> Bool {
    var isOver: Int32 = 0
    try check(MPI_Testall(Int32(used), requests, &isOver, nil), "MPI_Testall")
    if isOver == 0 { return false }
    used = 0
    return true
  }

  func wait() throws {
    while try !test() {
      if yields { sched_yield() }
    }
  }

  private func nextRequest() -> UnsafeMutablePointer<MPI_Request?> {
    if used == capacity {
      // MPI keeps no pointer to the place of a handle, so handles may move.
      let larger = UnsafeMutablePointer<MPI_Request?>.allocate(capacity: 2 * capacity)
      larger.initialize(repeating: .null, count: 2 * capacity)
      larger.update(from: requests, count: used)
      requests.deallocate()
      (requests, capacity) = (larger, 2 * capacity)
    }
    return requests + used
  }
}
