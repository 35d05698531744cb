import Tensors

/// How much memory a network takes on one rank: what is allocated, and what an estimate says.
public struct NetworkSizes: Hashable, Sendable {
  /// Floats of activations and their gradients.
  public let arena: Int
  /// Floats of one block: a workspace for each thread, the slots, then each node's own.
  let floats: Int
  /// Of those, the ones that all operations share.
  let shared: Int
  let workspace: Int
  /// Of a workspace, what comes before the sums of a chunk.
  let passing: Int
  let slot: Int
  /// Float64 of the nodes, of the lanes' records, and of the losses; and targets.
  let doubles: Int
  let recordWidth: Int
  let records: Int
  let losses: Int
  let targets: Int

  init(_ plan: NetworkPlan, _ batch: BatchLayout, threads: Int) {
    arena = plan.arena
    let sums = plan.scratch.contains { $0.slot > 0 } ? LaneGradient.workspace(batch) : 0
    passing = Self.rounded(max(sums, plan.scratch.map(\.workspace).max() ?? 0))
    workspace = passing + Self.rounded(plan.scratch.map(\.sums).max() ?? 0)
    slot = Self.rounded(plan.scratch.map(\.slot).max() ?? 0)
    shared = workspace * threads + slot * max(batch.chunkCapacity, batch.laneCapacity)
    floats = shared + plan.scratch.reduce(0) { $0 + Self.rounded($1.floats) }
    doubles = plan.scratch.reduce(0) { $0 + $1.doubles }
    recordWidth = plan.scratch.reduce(LaneRecord.sums) { $0 + $1.record }
    records = recordWidth * batch.held.count
    losses = LaneRecord.sums * batch.capacity
    targets = batch.capacity
  }

  /// Bytes of activations and their gradients.
  public var arenaBytes: Int { arena * MemoryLayout<Float>.stride }

  /// Bytes of everything else.
  public var scratchBytes: Int {
    floats * MemoryLayout<Float>.stride + targets * MemoryLayout<SampleTarget>.stride
      + (doubles + records + losses) * MemoryLayout<Double>.stride
  }

  /// Of that, bytes that networks do not share.
  public var recordBytes: Int { scratchBytes - floats * MemoryLayout<Float>.stride }

  static func rounded(_ n: Int) -> Int { (n + 15) / 16 * 16 }
}
