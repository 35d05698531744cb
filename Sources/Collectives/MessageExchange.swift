import Tensors

/// The bucket exchange over messages: each rank's partials go straight to the owners of the
/// slices, who add in tree order.
///
/// Each bucket has a batch and staging memory of its own, so that all of them may be under way at
/// once.
final class MessageExchange: BucketExchange {
  private enum Phase { case idle, reducing, gathering }

  private struct Bucket {
    let batch: any MessageBatch
    /// Where the other ranks' partials of the own slice arrive.
    let staging: FloatBuffer
    /// The own slice of all ranks' partials in lane order: in `staging`, or in `gradients` for this
    /// rank's.
    let partials: [UnsafeMutablePointer<Float>]
    var phase = Phase.idle
    /// Lanes that have samples, while reducing.
    var present = 0
    /// The buffer whose slices are under way, while gathering.
    var gathered: FloatBuffer?
  }

  private let courier: Courier
  private let plan: ReductionPlan
  private let gradients: [FloatBuffer]
  private let tree: CanonicalTree
  /// The node of every partial of every rank, in lane order.
  private let nodes: [Range<Int>]
  /// Where each rank's partials start in `nodes`; one more entry closes the last.
  private let starts: [Int]
  private var buckets: [Bucket]

  private var rank: Int { courier.transport.rank }

  /// Floats that are added while they are in cache.
  private static let cached = 2048

  init(_ courier: Courier, _ plan: ReductionPlan, _ gradients: [FloatBuffer]) {
    let (rank, size) = (courier.transport.rank, courier.transport.size)
    precondition(plan.ranks == size, "a plan for \(plan.ranks) ranks among \(size)")
    precondition(
      gradients.count == plan.partials[rank].count,
      "\(gradients.count) buffers for \(plan.partials[rank].count) partials"
    )
    precondition(gradients.allSatisfy { $0.count >= plan.elements }, "a gradient buffer is short")
    self.courier = courier
    self.plan = plan
    self.gradients = gradients
    tree = CanonicalTree(leaves: plan.lanes)
    nodes = plan.partials.flatMap { $0 }
    let starts = plan.partials.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    self.starts = starts
    buckets = plan.buckets.indices.map { index in
      let slices = plan.slices[index]
      let own = slices[rank]
      let count = starts[size]
      let staging = FloatBuffer(count: plan.arrivingElements(index, rank: rank))
      let partials = (0..<count).map { partial in
        if partial < starts[rank] { return staging.base + partial * own.count }
        if partial >= starts[rank + 1] {
          return staging.base + (partial - gradients.count) * own.count
        }
        return gradients[partial - starts[rank]].base + own.lowerBound
      }
      let outgoing = slices.indices.filter { $0 != rank }
        .reduce(0) { $0 + courier.messages(4 * slices[$1].count) }
      let incoming = courier.messages(4 * own.count)
      let reduce = outgoing * gradients.count + incoming * (count - gradients.count)
      let gather = outgoing + incoming * (size - 1)
      let batch = courier.transport.makeBatch(capacity: max(reduce, gather))
      return Bucket(batch: batch, staging: staging, partials: partials)
    }
  }

  func startReduce(_ bucket: Int, present: Int) throws {
    precondition(present > 0 && present <= plan.lanes, "\(present) of \(plan.lanes) lanes")
    advance(bucket, from: .idle, to: .reducing)
    buckets[bucket].present = present
    let (slices, batch) = (plan.slices[bucket], buckets[bucket].batch)
    let tag = Courier.Tag.bucket(bucket)
    // Everyone begins with the rank after it, so that no owner is everyone's first.
    for step in 1..<plan.ranks {
      let peer = (rank - step + plan.ranks) % plan.ranks
      for partial in starts[peer]..<starts[peer + 1] where nodes[partial].lowerBound < present {
        try courier.receive(
          bytes(buckets[bucket].partials[partial], slices[rank].count),
          from: peer,
          tag: tag,
          in: batch
        )
      }
    }
    for step in 1..<plan.ranks {
      let peer = (rank + step) % plan.ranks
      for own in gradients.indices where nodes[starts[rank] + own].lowerBound < present {
        let slice = gradients[own].base + slices[peer].lowerBound
        try courier.send(.init(bytes(slice, slices[peer].count)), to: peer, tag: tag, in: batch)
      }
    }
  }

  func progress() throws {
    // A batch that is not over has moved every message along; those after it need no test of their
    // own.
    for bucket in buckets.indices {
      switch buckets[bucket].phase {
      case .idle: continue
      case .reducing, .gathering: if try !buckets[bucket].batch.test() { return }
      }
    }
  }

  func finishReduce(_ bucket: Int) throws {
    advance(bucket, from: .reducing, to: .idle)
    try buckets[bucket].batch.wait()
    addUp(buckets[bucket], plan.slices[bucket][rank])
  }

  func startGather(_ bucket: Int, of buffer: FloatBuffer) throws {
    precondition(buffer.count >= plan.elements, "a buffer of \(buffer.count) elements is short")
    advance(bucket, from: .idle, to: .gathering)
    buckets[bucket].gathered = buffer
    let (slices, batch) = (plan.slices[bucket], buckets[bucket].batch)
    let tag = Courier.Tag.bucket(bucket)
    for step in 1..<plan.ranks {
      let peer = (rank - step + plan.ranks) % plan.ranks
      let theirs = bytes(buffer.base + slices[peer].lowerBound, slices[peer].count)
      try courier.receive(theirs, from: peer, tag: tag, in: batch)
    }
    let own = bytes(buffer.base + slices[rank].lowerBound, slices[rank].count)
    for step in 1..<plan.ranks {
      try courier.send(.init(own), to: (rank + step) % plan.ranks, tag: tag, in: batch)
    }
  }

  func finishGather(_ bucket: Int) throws {
    advance(bucket, from: .gathering, to: .idle)
    try buckets[bucket].batch.wait()
    buckets[bucket].gathered = nil
  }

  private func advance(_ bucket: Int, from expected: Phase, to next: Phase) {
    let phase = buckets[bucket].phase
    precondition(phase == expected, "bucket \(bucket) is \(phase), so it cannot become \(next)")
    buckets[bucket].phase = next
  }

  /// Adds all present partials of `slice` in tree order and leaves the sum in `gradients[0]`.
  private func addUp(_ bucket: Bucket, _ slice: Range<Int>) {
    var start = 0
    while start < slice.count {
      let count = min(Self.cached, slice.count - start)
      let total = tree.sum(nodes, present: bucket.present) { into, from in
        let (sum, addend) = (bucket.partials[into] + start, bucket.partials[from] + start)
        for i in 0..<count { sum[i] += addend[i] }
      }
      // The sum ends in the leftmost partial, which is rank 0's.
      if let total, total != starts[rank] {
        (gradients[0].base + slice.lowerBound + start)
          .update(from: bucket.partials[total] + start, count: count)
      }
      start += count
    }
  }

  private func bytes(
    _ floats: UnsafeMutablePointer<Float>,
    _ count: Int
  ) -> UnsafeMutableRawBufferPointer {
    .init(start: floats, count: count * MemoryLayout<Float>.stride)
  }
}
