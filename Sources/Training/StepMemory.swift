import Collectives
import DataParallel
import Networks
import Optimizers
import Plans
import Tensors

/// The memory that planning and taking a step adds to a process, part by part, from the sizes that
/// are allocated.
///
/// All of it is touched, so it is what the system counts.
public struct StepMemory: Hashable, Sendable {
  /// A part and its bytes.
  public struct Part: Hashable, Sendable {
    /// "gradients".
    public let name: String
    /// Its bytes.
    public let bytes: Int
  }

  /// The parts, in the order of a table.
  public let parts: [Part]

  /// Bytes that a thread touches of its OpenBLAS buffer: the packed blocks of the products it does.
  ///
  /// Of the 32 MiB that are reserved, products of 1024×64×576 and alike touched 104 KiB,
  /// 128×256×256 took 276 KiB, 2048×2048×2048 3.3 MiB (OpenBLAS 0.3.21, Cooperlake). A
  /// convolution's products are of the first kind.
  static let blasBytesPerThread = 128 << 10
  /// Bytes of code that the first step brings in, and of the closures of each node: 0.4 MiB for
  /// smallcnn, 1.1 MiB for resnet56.
  static let codeBytes = (once: 512 << 10, perNode: 4 << 10)

  /// Planning itself takes memory for every few samples.
  private static let largestBatch = 1 << 24

  /// Bytes of all parts.
  public var total: Int { parts.reduce(0) { $0 + $1.bytes } }

  /// What the largest of `ranks` ranks takes with `threads` threads; the plan must be valid for
  /// them.
  ///
  /// Throws `Failure` (.usage) for a batch that is too large to be planned.
  public init(_ plan: TrainingPlan, _ model: Model, ranks: Int, threads: Int) throws {
    guard plan.batchSize <= Self.largestBatch else {
      throw Failure(
        .usage,
        "--batch-size \(plan.batchSize): no more than \(Self.largestBatch) can be planned."
      )
    }
    var planner = try Planner(plan, model, ranks: ranks, threads: threads)
    let all = (0..<ranks).map { planner.parts(rank: $0) }
    func bytes(_ parts: [Part]) -> Int { parts.reduce(0) { $0 + $1.bytes } }
    parts = all.max { bytes($0) < bytes($1) } ?? []
  }

  /// Plans the steps of one rank after another.
  private struct Planner {
    private let plan: TrainingPlan
    private let model: Model
    private let threads: Int
    private let mode: NetworkMode
    private let stateArrays: Int
    private let reduction: ReductionPlan
    private let audited: AuditedLanes?
    /// Ranks that hold as much need as much: few networks are planned.
    private var networks: [[Int]: NetworkSizes] = [:]

    init(_ plan: TrainingPlan, _ model: Model, ranks: Int, threads: Int) throws {
      (self.plan, self.model, self.threads) = (plan, model, threads)
      mode = .training(try plan.grouping)
      stateArrays = try plan.updateRule.state.count
      reduction = plan.reduction(model.layout, ranks: ranks)
      audited = plan.audit == nil || ranks == 1 ? nil : AuditedLanes(reduction)
    }

    private mutating func replica(rank: Int) -> (batch: BatchLayout, sizes: NetworkSizes) {
      let held = reduction.heldLanes[rank]
      let batch = plan.batch(held: held)
      let key = [held.count, batch.laneCapacity, batch.capacity, batch.chunkCapacity]
      let sizes =
        networks[key]
        ?? Network.sizes(
          model,
          batch: batch,
          mode: mode,
          threads: threads,
          options: plan.networkOptions
        )
      networks[key] = sizes
      return (batch, sizes)
    }

    mutating func parts(rank: Int) -> [Part] {
      let (batch, sizes) = replica(rank: rank)
      // Its activations and scratch lie where those of the rank's own lanes do.
      let owner = audited?.owner(rank: rank)
      let again = owner.map { replica(rank: $0) }
      let nodes = max(batch.nodeCapacity, again?.batch.nodeCapacity ?? 0)
      let state = StateShard(reduction, rank: rank, sharded: plan.zero == 1).count
      let arriving = reduction.buckets.indices.reduce(0) {
        $0 + reduction.arrivingElements($1, rank: rank)
      }
      let copies = plan.averageDecay == nil ? 1 : 2
      func floats(_ name: String, _ count: Int) -> Part {
        Part(name: name, bytes: count * MemoryLayout<Float>.stride)
      }
      return [
        floats("parameters", model.layout.count * copies),
        floats("gradients", nodes * model.layout.trainable.count),
        floats("optimizer state", stateArrays * state),
        Part(name: "activations", bytes: max(sizes.arenaBytes, again?.sizes.arenaBytes ?? 0)),
        Part(
          name: "scratch",
          bytes: max(sizes.scratchBytes, again?.sizes.scratchBytes ?? 0)
            + (again?.sizes.recordBytes ?? 0)
        ),
        floats("communication", arriving),
        Part(name: "BLAS buffers", bytes: threads * StepMemory.blasBytesPerThread),
        Part(
          name: "code and runtime",
          bytes: codeBytes.once + model.nodes.count * codeBytes.perNode
        ),
      ]
    }
  }
}
