import Tensors

/// All memory of a network on one rank, made before the first step: arena, scratch, records.
final class NetworkMemory {
  typealias Doubles = UnsafeMutablePointer<Double>

  /// Values and gradients, at the plan's offsets.
  let arena: FloatBuffer
  /// What operations share.
  let shared: SharedScratch
  /// By node: its own floats, Float64, and its part of lane 0's record.
  let floats: [Floats]
  let doubles: [Doubles]
  let nodeRecords: [Doubles]
  /// For each local lane: loss sum, right answers, then the nodes' parts.
  let records: Doubles
  let recordWidth: Int
  /// A label for each local sample, and its loss and whether it is right.
  let labels: UnsafeMutablePointer<Int32>
  let losses: Doubles

  private let scratch: FloatBuffer
  private let allDoubles: Doubles

  init(_ plan: NetworkPlan, _ batch: BatchLayout, threads: Int) {
    func rounded(_ n: Int) -> Int { (n + 15) / 16 * 16 }
    arena = FloatBuffer(count: plan.arena)

    // One block of floats: a workspace for each thread, the slots, then each node's own.
    let workspace = rounded(plan.scratch.map(\.workspace).max() ?? 0)
    let slot = rounded(plan.scratch.map(\.slot).max() ?? 0)
    let slots = max(batch.chunkCapacity, batch.held.count)
    let shared = workspace * threads + slot * slots
    scratch = FloatBuffer(count: shared + plan.scratch.reduce(0) { $0 + rounded($1.floats) })
    self.shared = SharedScratch(
      workspace: scratch.base,
      workspaceStride: workspace,
      slots: scratch.base + workspace * threads,
      slotStride: slot
    )
    let doubleCount = plan.scratch.reduce(0) { $0 + $1.doubles }
    allDoubles = Self.zeros(doubleCount, 0.0)
    recordWidth = plan.scratch.reduce(2) { $0 + $1.record }
    records = Self.zeros(recordWidth * batch.held.count, 0.0)
    labels = Self.zeros(batch.capacity, 0)
    losses = Self.zeros(2 * batch.capacity, 0.0)

    var (float, double, record) = (scratch.base + shared, allDoubles, records + 2)
    var (floats, doubles, nodeRecords): ([Floats], [Doubles], [Doubles]) = ([], [], [])
    for need in plan.scratch {
      floats.append(float)
      doubles.append(double)
      nodeRecords.append(record)
      float += rounded(need.floats)
      double += need.doubles
      record += need.record
    }
    (self.floats, self.doubles, self.nodeRecords) = (floats, doubles, nodeRecords)
  }

  /// Where everything is, by the plan this memory was made for.
  func addresses(_ plan: NetworkPlan, parameters: Floats, gradients: [Floats])
    -> NetworkLayout.Addresses
  {
    let base = arena.base
    return NetworkLayout.Addresses(
      value: { base + plan.values[$0] },
      gradient: { plan.gradientOffsets[$0].map { base + $0 } },
      own: { [floats, doubles, nodeRecords] i in
        Site.Own(
          forward: base + plan.forwardOffsets[i],
          backward: base + plan.backwardOffsets[i],
          floats: floats[i],
          doubles: doubles[i],
          records: nodeRecords[i]
        )
      },
      parameters: parameters,
      parameterGradients: gradients
    )
  }

  deinit {
    allDoubles.deallocate()
    records.deallocate()
    labels.deallocate()
    losses.deallocate()
  }

  private static func zeros<T>(_ count: Int, _ zero: T) -> UnsafeMutablePointer<T> {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, count))
    memory.initialize(repeating: zero, count: max(1, count))
    return memory
  }
}
