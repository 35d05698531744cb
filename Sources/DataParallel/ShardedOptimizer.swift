import Collectives
import Optimizers
import Tensors

/// Applies an update rule where this rank is responsible and brings all ranks to equal parameters.
///
/// With sharding (ZeRO-1) a rank keeps state for its slices only, updates those and gathers the others' parameters; without, the reduced
/// gradients are gathered and every rank updates everything. The bits are the same.
public final class ShardedOptimizer {
  /// The rule.
  public let rule: any UpdateRule
  /// The elements that this rank has state for, piece by piece; state arrays hold the pieces end to end.
  public let pieces: [Range<Int>]
  /// The state arrays, in the order of the rule's names.
  public let state: [FloatBuffer]

  private let exchange: any BucketExchange
  private let parameters: FloatBuffer
  private let gradients: FloatBuffer
  private let team: ThreadTeam
  private let sharded: Bool
  private var scalars: StepScalars
  /// Where each piece starts in the state arrays.
  private let places: [Int]
  private var piece = 0
  private var updateBlock: ThreadTeam.Body = { _, _ in }

  /// Elements of one item of work.
  private static let block = 16 * Granules.size

  /// An optimizer over the slices of `plan`; `gradients` is the buffer in which the reduced sums stand.
  public init(
    _ rule: any UpdateRule,
    plan: ReductionPlan,
    rank: Int,
    sharded: Bool,
    exchange: any BucketExchange,
    parameters: FloatBuffer,
    gradients: FloatBuffer,
    team: ThreadTeam
  ) {
    (self.rule, self.exchange, self.sharded, self.team) = (rule, exchange, sharded, team)
    (self.parameters, self.gradients) = (parameters, gradients)
    precondition(rule.state.count <= 2, "a rule has at most two state arrays")
    pieces = Self.pieces(plan, rank: rank, sharded: sharded)
    var places: [Int] = []
    var count = 0
    for piece in pieces {
      places.append(count)
      count += piece.count
    }
    self.places = places
    state = rule.state.map { [count] _ in FloatBuffer(count: count) }
    scalars = StepScalars(step: 1, learningRate: 0, multiplier: 0, decay: 0, gradientScale: 0)
    updateBlock = { [unowned self] item, _ in update(item) }
  }

  /// The elements that a rank has state for, bucket by bucket.
  public static func pieces(_ plan: ReductionPlan, rank: Int, sharded: Bool) -> [Range<Int>] {
    plan.buckets.indices.map { sharded ? plan.slices[$0][rank] : plan.buckets[$0] }
  }

  /// Bytes of optimizer state on this rank.
  public var stateBytes: Int { state.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride } }

  /// Takes one step; on return every rank has the same parameters.
  public func step(_ scalars: StepScalars) throws {
    self.scalars = scalars
    let gather = StepPart.gather
    if !sharded {
      try gather.measure(team) {
        for bucket in pieces.indices { try exchange.startGather(bucket, of: gradients) }
      }
    }
    for bucket in pieces.indices {
      if !sharded { try gather.measure(team) { try exchange.finishGather(bucket) } }
      StepPart.update.measure(team) {
        piece = bucket
        team.run((pieces[bucket].count + Self.block - 1) / Self.block, updateBlock)
      }
      if sharded {
        try gather.measure(team) { try exchange.startGather(bucket, of: parameters) }
      }
    }
    if sharded {
      try gather.measure(team) {
        for bucket in pieces.indices { try exchange.finishGather(bucket) }
      }
    }
  }

  private func update(_ item: Int) {
    let range = pieces[piece]
    let start = item * Self.block
    let place = places[piece] + start
    rule.update(
      UpdateSpan(
        count: min(Self.block, range.count - start),
        parameters: parameters.base + range.lowerBound + start,
        gradients: gradients.base + range.lowerBound + start,
        state: (
          state.first.map { $0.base + place },
          state.count > 1 ? state[1].base + place : nil
        )
      ),
      scalars
    )
  }
}
