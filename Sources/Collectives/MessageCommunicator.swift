import Tensors

/// The collective operations, made of messages over any transport.
///
/// All of them take ⌈log₂ R⌉ rounds, except the bucket exchange, which sends straight to the owner.
/// Blocks of more than half a gibibyte travel as several messages. In `traffic` a message of a
/// barrier counts as one of 0 bytes.
public final class MessageCommunicator: Communicator {
  private let courier: Courier
  private let batch: any MessageBatch

  /// The ranks that `transport` connects; a message has up to `largestMessage` bytes, below 2^30.
  public init(_ transport: any MessageTransport, largestMessage: Int = 1 << 29) {
    courier = Courier(transport, limit: largestMessage)
    // A round of an all-gather: two blocks each way; a root sends to as many ranks as there are
    // rounds.
    let rounds = Int.bitWidth - (transport.size - 1).leadingZeroBitCount
    batch = transport.makeBatch(capacity: max(4, rounds))
  }

  /// This rank, from 0.
  public var rank: Int { courier.transport.rank }
  /// The number of ranks.
  public var size: Int { courier.transport.size }
  /// The host name of every rank.
  public var hosts: [String] { courier.transport.hosts }
  /// What this rank has sent so far through this communicator.
  public var traffic: Traffic { courier.traffic }

  /// A communicator between the ranks that give the same `color`, numbered by `key`.
  ///
  /// The ranks tell one another colors and keys in an all-gather; then the transport makes the
  /// part. Throws `Failure` (.launch).
  public func split(color: Int, key: Int) throws -> any Communicator {
    let all = try allGather([color, key])
    let part = all.indices.filter { all[$0][0] == color }
      .sorted { (all[$0][1], $0) < (all[$1][1], $1) }
    guard let place = part.firstIndex(of: rank) else {
      preconditionFailure("rank \(rank) is missing in its part \(part)")
    }
    let transport = try courier.transport.split(part, as: place)
    return MessageCommunicator(transport, largestMessage: courier.limit)
  }

  /// Ordinary memory of this rank, zeroed.
  public func allocate(floats: Int) -> FloatBuffer { FloatBuffer(count: floats) }

  /// Returns when every rank has called it.
  ///
  /// In round k a rank tells the one 2^k after it and hears the one 2^k before it. Throws `Failure`
  /// (.launch).
  public func barrier() throws {
    var distance = 1
    while distance < size {
      try courier.awaitSignal(from: before(distance), tag: Courier.Tag.barrier, in: batch)
      try courier.signal(to: after(distance), tag: Courier.Tag.barrier, in: batch)
      try batch.wait()
      distance *= 2
    }
  }

  /// Copies `bytes` of rank `root` to every rank, along a binomial tree.
  ///
  /// In round k the 2^k ranks from the root on, which have the bytes, send them 2^k further. Throws
  /// `Failure` (.launch); traps when there is no rank `root`.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, root: Int) throws {
    precondition(root >= 0 && root < size, "there is no rank \(root) among \(size)")
    let place = (rank - root + size) % size
    var distance = 1
    while distance <= place { distance *= 2 }
    if place > 0 {
      let parent = before(distance / 2)
      try courier.receive(bytes, from: parent, tag: Courier.Tag.broadcast, in: batch)
      try batch.wait()
    }
    while place + distance < size {
      try courier.send(.init(bytes), to: after(distance), tag: Courier.Tag.broadcast, in: batch)
      distance *= 2
    }
    try batch.wait()
  }

  /// In place: on return every rank has all blocks, rank q's at `offsets[q] ..< offsets[q + 1]`.
  ///
  /// In round k a rank sends the blocks it has, its own and those after it, to the rank 2^k before
  /// it (Bruck et al. 1997). Throws `Failure` (.launch); traps when the offsets do not fit.
  public func allGather(_ bytes: UnsafeMutableRawBufferPointer, offsets: [Int]) throws {
    precondition(offsets.count == size + 1, "\(offsets.count) offsets for \(size) ranks")
    precondition(offsets[size] <= bytes.count, "blocks behind the end of \(bytes.count) bytes")
    var distance = 1
    while distance < size {
      let blocks = min(distance, size - distance)
      let (peer, source) = (before(distance), after(distance))
      // Blocks lie one after another in memory, save where the rank numbers wrap around.
      try receive(bytes[run(of: blocks, from: source, wrapped: false, offsets)], from: source)
      try receive(bytes[run(of: blocks, from: source, wrapped: true, offsets)], from: source)
      try send(bytes[run(of: blocks, from: rank, wrapped: false, offsets)], to: peer)
      try send(bytes[run(of: blocks, from: rank, wrapped: true, offsets)], to: peer)
      try batch.wait()
      distance *= 2
    }
  }

  /// The bucket traffic of a step over these buffers; traps when plan and buffers do not fit these
  /// ranks.
  public func exchange(_ plan: ReductionPlan, gradients: [FloatBuffer]) -> any BucketExchange {
    MessageExchange(courier, plan, gradients)
  }

  /// Ends the whole job with exit code `code`.
  public func abort(_ code: Int32) -> Never { courier.transport.abort(code) }

  private func after(_ distance: Int) -> Int { (rank + distance) % size }
  private func before(_ distance: Int) -> Int { (rank - distance + size) % size }

  /// Where `blocks` blocks from `first` on lie: up to the last rank's or, `wrapped`, from rank 0's
  /// on.
  private func run(of blocks: Int, from first: Int, wrapped: Bool, _ offsets: [Int]) -> Range<Int> {
    let end = first + blocks
    return wrapped
      ? offsets[0]..<offsets[max(end - size, 0)]
      : offsets[first]..<offsets[min(end, size)]
  }

  private func receive(_ blocks: Slice<UnsafeMutableRawBufferPointer>, from source: Int) throws {
    try courier.receive(
      .init(rebasing: blocks),
      from: source,
      tag: Courier.Tag.allGather,
      in: batch
    )
  }

  private func send(_ blocks: Slice<UnsafeMutableRawBufferPointer>, to peer: Int) throws {
    let blocks = UnsafeMutableRawBufferPointer(rebasing: blocks)
    try courier.send(.init(blocks), to: peer, tag: Courier.Tag.allGather, in: batch)
  }
}
