import Collectives
import DataParallel
import Kernels
import Networks
import Plans
import Tensors

/// The replicas of a step on one rank: that over the rank's lanes, and with --audit another one
/// over the lanes of another rank, in the same memory.
struct StepNetworks {
  /// Over this rank's lanes.
  let own: Network
  /// What computes steps again, where the plan wants that.
  let audit: StepAudit?

  init(
    _ plan: TrainingPlan,
    _ model: Model,
    _ reduction: ReductionPlan,
    _ batch: BatchLayout,
    _ buffers: StepBuffers,
    _ communicator: any Communicator,
    _ team: ThreadTeam,
    _ kernels: KernelSet
  ) throws {
    let grouping = try plan.grouping
    func network(
      _ batch: BatchLayout,
      _ gradients: [FloatBuffer],
      _ communicator: any Communicator,
      _ digests: LaneDigests?,
      _ space: NetworkSpace?
    ) -> Network {
      Network(
        model,
        batch: batch,
        mode: .training(grouping),
        parameters: buffers.parameters,
        gradients: gradients,
        smoothing: plan.smoothing,
        team: team,
        kernels: kernels,
        crossLane: LaneSums(
          communicator,
          plan: reduction,
          batch: batch,
          maximumWidth: 1 + 2 * (model.nodes.map(\.shape.channels).max() ?? 0),
          lanesPerGroup: [grouping.lanesPerGroup],
        team: team
        ),
        seed: plan.seed,
        options: plan.networkOptions,
        digests: digests,
        space: space
      )
    }
    guard let every = plan.audit else {
      own = network(batch, buffers.gradients, communicator, nil, nil)
      audit = nil
      return
    }
    let digests = LaneDigests(model, batch)
    let moves = AuditedLanes(reduction)
    guard reduction.ranks > 1 else {
      own = network(batch, buffers.gradients, communicator, digests, nil)
      let same = StepAudit.Replica(network: own, digests: digests)
      audit = StepAudit(every, own: same, again: same, moves, communicator)
      return
    }
    let other = BatchLayout(
      lanes: plan.lanes,
      held: reduction.heldLanes[moves.owner(rank: communicator.rank)],
      fullBatch: plan.batchSize,
      rounds: plan.accumulate
    )
    let space = NetworkSpace(
      [batch, other].map {
        Network.sizes(
          model,
          batch: $0,
          mode: .training(grouping),
          threads: team.size,
          options: plan.networkOptions
        )
      }
    )
    // A gradient that is computed again is gone when the step's own begins.
    let gradients =
      buffers.gradients
      + (buffers.gradients.count..<max(buffers.gradients.count, other.nodeCapacity)).map { _ in
        FloatBuffer(count: model.layout.trainable.count)
      }
    let otherDigests = LaneDigests(model, other)
    own = network(batch, buffers.gradients, communicator, digests, space)
    let again = network(
      other,
      gradients,
      try communicator.split(color: 0, key: moves.owner(rank: communicator.rank)),
      otherDigests,
      space
    )
    audit = StepAudit(
      every,
      own: StepAudit.Replica(network: own, digests: digests),
      again: StepAudit.Replica(network: again, digests: otherDigests),
      moves,
      communicator
    )
  }
}
