import Collectives
import Tensors

/// Splits ranks into parts, parts again, and holds each part to the contract; every rank calls it.
///
/// Throws a `ContractViolation` when a part has other ranks than its definition says, or does not
/// keep the contract while the others work.
func checkSplits(_ c: any Communicator, _ largestMessage: Int) throws {
  // Parts of up to three ranks, numbered backwards.
  let part = try split(c) { (color: $0 / 3 - 1, key: -$0) }
  try checkOperations(part, largestMessage)
  let (shared, alone) = (try reducedBits(part), try reducedBits(SoloCommunicator()))
  try require(
    shared == alone,
    "rank \(c.rank): a part of \(part.size) has other sums than one rank"
  )
  _ = try split(part) { (color: $0 % 2, key: 0) }
  let all = try (0..<2).map { _ in try split(c) { (color: 7, key: $0) } }
  try checkApart([c] + all + [try split(all[0]) { _ in (color: 7, key: 1) }], largestMessage)
  // Parts that nobody uses any more go.
  for turn in 0..<20 { try split(c) { (color: ($0 + turn) % 2, key: $0 * turn % 5) }.barrier() }
}

/// Splits `c` with each rank's color and key, and compares the part with its definition.
private func split(
  _ c: any Communicator,
  by choice: (_ rank: Int) -> (color: Int, key: Int)
) throws -> any Communicator {
  let own = choice(c.rank)
  let before = c.traffic
  let part = try c.split(color: own.color, key: own.key)
  let forms = TrafficForms(ranks: c.size)
  let form = forms.allGather(rank: c.rank, blocks: Array(repeating: 16, count: c.size))
  try requireTraffic(c, since: before, form, "split")
  let members = (0..<c.size).filter { choice($0).color == own.color }
    .sorted { (choice($0).key, $0) < (choice($1).key, $1) }
  let text = "rank \(c.rank) of \(c.size) in the part \(members)"
  try require(part.size == members.count, "\(text): size \(part.size)")
  try require(members.firstIndex(of: c.rank) == part.rank, "\(text): became rank \(part.rank)")
  try require(part.hosts == members.map { c.hosts[$0] }, "\(text): hosts \(part.hosts)")
  try require(part.traffic == Traffic(), "\(text): has sent messages before its first operation")
  let gathered = try part.allGather([c.rank]).map { $0[0] }
  try require(gathered == members, "\(text): gathered \(gathered)")
  return part
}

/// The bits of the sum over eight lanes, after every rank has it.
private func reducedBits(_ c: any Communicator) throws -> [UInt32] {
  let plan = ReductionPlan(lanes: 8, ranks: c.size, elements: 5000, bucketGranules: 2)
  let check = try ExchangeCheck(c, TrafficForms(ranks: c.size), plan)
  check.fill(4, plan.lanes)
  for bucket in plan.buckets.indices {
    try check.exchange.startReduce(bucket, present: plan.lanes)
    try check.exchange.finishReduce(bucket)
    try check.exchange.startGather(bucket, of: check.gradients[0])
    try check.exchange.finishGather(bucket)
  }
  return check.gradients[0].elements[..<plan.elements].map(\.bitPattern)
}

/// Reduces over several communicators of the same ranks at once, begun by each rank in an order of
/// its own: only what tells communicators apart keeps their messages apart.
private func checkApart(_ twins: [any Communicator], _ largestMessage: Int) throws {
  let (rank, size) = (twins[0].rank, twins[0].size)
  let forms = TrafficForms(ranks: size, largestMessage: largestMessage)
  let plan = ReductionPlan(
    lanes: size,
    ranks: size,
    elements: size * Granules.size,
    bucketGranules: size
  )
  let checks = try twins.map { try ExchangeCheck($0, forms, plan) }
  for (seed, check) in checks.enumerated() { check.fill(seed, size) }
  for turn in checks.indices {
    try checks[(rank + turn) % checks.count].exchange.startReduce(0, present: size)
  }
  for (seed, check) in checks.enumerated() { try check.finishReduce(0, seed, size) }
}
