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
  /// For each lane of this rank: sums of the losses' numbers, then the nodes' parts.
  let records: Doubles
  let recordWidth: Int
  /// A target for each local sample, and its loss and whether it is right or not far off.
  let targets: UnsafeMutablePointer<SampleTarget>
  let losses: Doubles

  private let scratch: FloatBuffer
  private let allDoubles: Doubles

  /// The memory of a network; activations and scratch lie in `space` where one is given.
  init(_ plan: NetworkPlan, _ batch: BatchLayout, threads: Int, in space: NetworkSpace?) {
    let sizes = NetworkSizes(plan, batch, threads: threads)
    arena = space?.arena ?? FloatBuffer(count: sizes.arena)
    scratch = space?.scratch ?? FloatBuffer(count: sizes.floats)
    precondition(
      arena.count >= sizes.arena && scratch.count >= sizes.floats,
      "the space is that of smaller networks"
    )
    self.shared = SharedScratch(
      workspace: scratch.base,
      workspaceStride: sizes.workspace,
      sums: sizes.passing,
      slots: scratch.base + sizes.workspace * threads,
      slotStride: sizes.slot
    )
    allDoubles = Self.zeros(sizes.doubles, 0.0)
    recordWidth = sizes.recordWidth
    records = Self.zeros(sizes.records, 0.0)
    targets = Self.zeros(sizes.targets, SampleTarget(0))
    losses = Self.zeros(sizes.losses, 0.0)

    var (float, double, record) = (
      scratch.base + sizes.shared, allDoubles, records + LaneRecord.sums
    )
    var (floats, doubles, nodeRecords): ([Floats], [Doubles], [Doubles]) = ([], [], [])
    for need in plan.scratch {
      floats.append(float)
      doubles.append(double)
      nodeRecords.append(record)
      float += NetworkSizes.rounded(need.floats)
      double += need.doubles
      record += need.record
    }
    (self.floats, self.doubles, self.nodeRecords) = (floats, doubles, nodeRecords)
  }

  /// Where everything is, by the plan this memory was made for.
  func addresses(_ plan: NetworkPlan, parameters: Floats, gradients: [Floats])
    -> NetworkSites.Addresses
  {
    let base = arena.base
    return NetworkSites.Addresses(
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
    targets.deallocate()
    losses.deallocate()
  }

  private static func zeros<T>(_ count: Int, _ zero: T) -> UnsafeMutablePointer<T> {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, count))
    memory.initialize(repeating: zero, count: max(1, count))
    return memory
  }
}
