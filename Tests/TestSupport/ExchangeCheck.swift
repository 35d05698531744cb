import Collectives
import Tensors

/// Reduces and gathers buckets under several plans; every rank calls it.
///
/// Throws a `ContractViolation` when a bit, a message or a byte is not as the definition says.
func checkExchanges(_ c: any Communicator, _ forms: TrafficForms) throws {
  let ranks = c.size
  let cases: [(lanes: Int, elements: Int, bucketGranules: Int, present: Int)] = [
    // One granule: a single rank owns something.
    (ranks, 1, 1, ranks),
    // Buckets with fewer granules than most worlds have ranks; an uneven last granule.
    (ranks + 1, 5000, 2, ranks),
    // Large slices, every rank owns some, several partials a rank.
    (2 * ranks + 3, 200_017, 150, 2 * ranks + 3),
    // All ranks but one without samples, whoever owns the slices.
    (max(ranks, 8), 10 * 1024, 4, 1),
    (ranks, 7 * 1024 + 5, 100, max(1, ranks - 1)),
    (3 * ranks, 2048, 1, ranks + 1),
  ]
  let before = c.traffic.largestReceived
  var largestSlice = 0
  for (lanes, elements, bucketGranules, present) in cases {
    let plan = ReductionPlan(
      lanes: lanes,
      ranks: ranks,
      elements: elements,
      bucketGranules: bucketGranules
    )
    let slices = plan.slices.joined().map(\.count)
    largestSlice = max(largestSlice, slices.max() ?? 0)
    let check = try ExchangeCheck(c, forms, plan)
    try check.stepAllAtOnce(seed: 1, present: present)
    try check.stepOverlapping(seed: 2, present: lanes)
    try check.stepAllAtOnce(seed: 3, present: present)
  }
  let received = c.traffic.largestReceived
  try require(
    received <= max(before, 4 * largestSlice),
    "rank \(c.rank) received \(received) bytes at once, more than the largest slice"
  )
}

/// One plan's exchange and its buffers, filled with values whose sums are known.
struct ExchangeCheck {
  let c: any Communicator
  let forms: TrafficForms
  let plan: ReductionPlan
  let exchange: any BucketExchange
  let gradients: [FloatBuffer]
  let parameters: FloatBuffer

  init(_ c: any Communicator, _ forms: TrafficForms, _ plan: ReductionPlan) throws {
    (self.c, self.forms, self.plan) = (c, forms, plan)
    gradients = try plan.partials[c.rank].map { _ in try c.allocate(floats: plan.elements) }
    parameters = try c.allocate(floats: plan.elements)
    exchange = try c.exchange(plan, gradients: gradients)
  }

  /// All buckets under way at once, with a barrier in between.
  func stepAllAtOnce(seed: Int, present: Int) throws {
    fill(seed, present)
    let before = c.traffic
    for bucket in plan.buckets.indices { try exchange.startReduce(bucket, present: present) }
    try exchange.progress()
    try c.barrier()
    for bucket in plan.buckets.indices { try finishReduce(bucket, seed, present) }
    for bucket in plan.buckets.indices { try exchange.startGather(bucket, of: parameters) }
    try exchange.progress()
    for bucket in plan.buckets.indices { try exchange.finishGather(bucket) }
    try finish(seed, present, since: before, barriers: 1)
  }

  /// Each bucket is gathered while the next one is reduced.
  func stepOverlapping(seed: Int, present: Int) throws {
    fill(seed, present)
    let before = c.traffic
    let last = plan.buckets.count - 1
    try exchange.startReduce(0, present: present)
    for bucket in 0...last {
      if bucket < last { try exchange.startReduce(bucket + 1, present: present) }
      try exchange.progress()
      try finishReduce(bucket, seed, present)
      try exchange.startGather(bucket, of: parameters)
      if bucket > 0 { try exchange.finishGather(bucket - 1) }
    }
    try exchange.finishGather(last)
    try finish(seed, present, since: before, barriers: 0)
  }

  /// Puts this rank's partial sums into its gradient buffers; what is absent holds NaN, which would
  /// spread.
  func fill(_ seed: Int, _ present: Int) {
    for (node, buffer) in zip(plan.partials[c.rank], gradients) {
      let lanes = node.clamped(to: 0..<present)
      let sum =
        lanes.isEmpty
        ? Array(repeating: Float.nan, count: plan.elements)
        : laneSum(seed, lanes, 0..<plan.elements)
      for i in 0..<plan.elements {
        buffer.base[i] = sum[i]
        parameters.base[i] = .nan
      }
    }
  }

  /// Finishes and compares with the sum over all present lanes; leaves this rank's parameters
  /// behind.
  func finishReduce(_ bucket: Int, _ seed: Int, _ present: Int) throws {
    try exchange.finishReduce(bucket)
    let own = plan.slices[bucket][c.rank]
    let expected = laneSum(seed, 0..<present, own)
    for (i, element) in own.enumerated() {
      let sum = gradients[0].base[element]
      try require(
        sum.bitPattern == expected[i].bitPattern,
        "\(place(bucket, present)): element \(element) is \(sum) instead of \(expected[i])"
      )
      parameters.base[element] = unevenValue(seed, -1, element)
    }
  }

  /// Compares the gathered parameters and the traffic of the whole step.
  func finish(_ seed: Int, _ present: Int, since before: Traffic, barriers: Int) throws {
    for (bucket, range) in plan.buckets.enumerated() {
      for element in range {
        let (value, expected) = (parameters.base[element], unevenValue(seed, -1, element))
        try require(
          value == expected,
          "\(place(bucket, present)): gathered \(value) instead of \(expected) at \(element)"
        )
      }
    }
    var form = Traffic()
    for _ in 0..<barriers { form = form + forms.barrier() }
    for bucket in plan.buckets.indices {
      form =
        form
        + forms.reduceScatter(plan, bucket: bucket, rank: c.rank, present: present)
        + forms.gather(plan, bucket: bucket, rank: c.rank)
    }
    try requireTraffic(c, since: before, form, "a step, \(present) of \(plan.lanes) lanes")
  }

  func laneSum(_ seed: Int, _ lanes: Range<Int>, _ elements: Range<Int>) -> [Float] {
    levelByLevelSum(lanes.map { lane in elements.map { unevenValue(seed, lane, $0) } })
  }

  func place(_ bucket: Int, _ present: Int) -> String {
    "rank \(c.rank) of \(c.size), bucket \(bucket) of \(plan.buckets.count), "
      + "\(present) of \(plan.lanes) lanes, \(plan.elements) elements"
  }
}
