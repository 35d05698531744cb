import Collectives
import Tensors

/// The contract of `Communicator` in executable form; every rank of a fresh world calls it.
///
/// Throws a `ContractViolation` that names rank and operation, or what an operation itself throws.
/// `largestMessage` is the size above which the implementation cuts blocks into several messages.
public func checkCommunicator(_ c: any Communicator, largestMessage: Int = 1 << 29) throws {
  try checkOperations(c, largestMessage)
  try checkSplits(c, largestMessage)
}

/// All of the contract but `split`; every rank of `c` calls it, before anything else.
func checkOperations(_ c: any Communicator, _ largestMessage: Int) throws {
  let forms = TrafficForms(ranks: c.size, largestMessage: largestMessage)
  // First, while nothing large has been received.
  try checkExchanges(c, forms)
  try CommunicatorCheck(c: c, forms: forms).run()
}

private struct CommunicatorCheck {
  let c: any Communicator
  let forms: TrafficForms

  func run() throws {
    let (rank, size) = (c.rank, c.size)
    try require(rank >= 0 && rank < size, "rank \(rank) of \(size) does not exist")
    try require(c.hosts.count == size, "\(c.hosts.count) host names for \(size) ranks")
    try require(c.hosts.allSatisfy { !$0.isEmpty }, "a host without a name")
    try memory()
    for _ in 0..<3 { try expect("barrier", forms.barrier()) { try c.barrier() } }
    try broadcasts()
    try gathers()
    try texts()
  }

  func memory() throws {
    let buffer = try c.allocate(floats: 1000)
    try require(buffer.count == 1000, "asked for 1000 floats, got \(buffer.count)")
    try require(buffer.elements.allSatisfy { $0 == 0 }, "memory that is not zeroed")
  }

  func broadcasts() throws {
    for root in 0..<c.size {
      for count in [0, 1, 37] { try broadcast(count, root) }
    }
    try broadcast(1_000_003, c.size - 1)
  }

  func broadcast(_ count: Int, _ root: Int) throws {
    let text = "broadcast of \(count) bytes from rank \(root)"
    var bytes = (0..<count).map { c.rank == root ? byte(root, $0) : 255 }
    try expect(text, forms.broadcast(rank: c.rank, root: root, bytes: count)) {
      try bytes.withUnsafeMutableBytes { try c.broadcast($0, root: root) }
    }
    let arrived = bytes.indices.allSatisfy { bytes[$0] == byte(root, $0) }
    try require(arrived, "rank \(c.rank): wrong bytes after a \(text)")
  }

  func gathers() throws {
    let ranks = 0..<c.size
    try gather(ranks.map { _ in 0 }, "empty")
    try gather(ranks.map { _ in 1 }, "equal")
    try gather(ranks.map { $0 * 7 % 5 * 3 }, "uneven")
    try gather(ranks.map { $0 == c.size / 2 ? 300_001 : 0 }, "single")
    try gather(ranks.map { $0 % 2 == 0 ? 0 : 5000 + $0 }, "odd ranks'")
    let rows = try c.allGather([c.rank, 10 * c.rank, -1])
    let expected = ranks.map { [$0, 10 * $0, -1] }
    try require(rows == expected, "rank \(c.rank): gathered \(rows) instead of \(expected)")
  }

  func gather(_ blocks: [Int], _ name: String) throws {
    let offsets = blocks.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let own = offsets[c.rank]..<offsets[c.rank + 1]
    // One byte behind the blocks must stay as it is.
    var bytes = (0...offsets[c.size]).map { own.contains($0) ? byte(c.rank, $0) : 255 }
    try expect("all-gather of \(name) blocks", forms.allGather(rank: c.rank, blocks: blocks)) {
      try bytes.withUnsafeMutableBytes { try c.allGather($0, offsets: offsets) }
    }
    for q in 0..<c.size {
      let arrived = (offsets[q]..<offsets[q + 1]).allSatisfy { bytes[$0] == byte(q, $0) }
      try require(arrived, "rank \(c.rank): wrong block of rank \(q) among \(name) blocks")
    }
    try require(bytes[offsets[c.size]] == 255, "rank \(c.rank): an all-gather wrote too far")
  }

  func texts() throws {
    let expected = (0..<c.size).map { $0 % 3 == 1 ? "" : String(repeating: "ä\($0)", count: $0) }
    var texts: [String] = []
    try expect("all-gather of texts", forms.allGather(rank: c.rank, texts: expected)) {
      texts = try c.allGather(expected[c.rank])
    }
    try require(texts == expected, "rank \(c.rank): gathered \(texts) instead of \(expected)")
  }

  func expect(_ operation: String, _ form: Traffic, _ body: () throws -> Void) throws {
    let before = c.traffic
    try body()
    try requireTraffic(c, since: before, form, operation)
  }

  /// Never 255, and different in neighbouring ranks and places.
  func byte(_ rank: Int, _ place: Int) -> UInt8 { UInt8((rank * 101 + place * 7) % 251) }
}

/// Throws a `ContractViolation` unless exactly `form` was sent since `before`.
func requireTraffic(
  _ c: any Communicator,
  since before: Traffic,
  _ form: Traffic,
  _ operation: String
) throws {
  let sent = c.traffic - before
  try require(
    sent.messages == form.messages && sent.bytes == form.bytes,
    "rank \(c.rank) of \(c.size) sent \(sent.messages) messages and \(sent.bytes) bytes instead of "
      + "\(form.messages) and \(form.bytes): \(operation)"
  )
}
