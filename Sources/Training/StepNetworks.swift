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
    let common = Common(
      plan: plan,
      model: model,
      reduction: reduction,
      parameters: buffers.parameters,
      team: team,
      kernels: kernels,
      grouping: try plan.grouping
    )
    guard let every = plan.audit else {
      own = common.network(batch, buffers.gradients, communicator)
      audit = nil
      return
    }
    let lanes = AuditedLanes(reduction)
    if reduction.ranks == 1 {
      let one = common.replica(batch, buffers.gradients, communicator, nil)
      own = one.network
      audit = StepAudit(every, own: one, again: one, lanes, communicator)
      return
    }
    let owner = lanes.owner(rank: communicator.rank)
    let other = plan.batch(held: reduction.heldLanes[owner])
    let space = NetworkSpace([common.sizes(batch), common.sizes(other)])
    // Nothing needs its gradients once digests are taken: the step's own may take their place.
    let more = max(0, other.nodeCapacity - buffers.gradients.count)
    let gradients =
      buffers.gradients
      + (0..<more).map { _ in FloatBuffer(count: model.layout.trainable.count) }
    let first = common.replica(batch, buffers.gradients, communicator, space)
    // In this part every rank has the number of the one whose lanes it computes.
    let part = try communicator.split(color: 0, key: owner)
    own = first.network
    audit = StepAudit(
      every,
      own: first,
      again: common.replica(other, gradients, part, space),
      lanes,
      communicator
    )
  }

  /// What the replicas have in common.
  private struct Common {
    let plan: TrainingPlan
    let model: Model
    let reduction: ReductionPlan
    let parameters: FloatBuffer
    let team: ThreadTeam
    let kernels: KernelSet
    let grouping: BatchNormGrouping

    func sizes(_ batch: BatchLayout) -> NetworkSizes {
      Network.sizes(
        model,
        batch: batch,
        mode: .training(grouping),
        threads: team.size,
        options: plan.networkOptions
      )
    }

    func replica(
      _ batch: BatchLayout,
      _ gradients: [FloatBuffer],
      _ communicator: any Communicator,
      _ space: NetworkSpace?
    ) -> StepAudit.Replica {
      let digests = LaneDigests(model, batch)
      return StepAudit.Replica(
        network: network(batch, gradients, communicator, digests, space),
        digests: digests
      )
    }

    func network(
      _ batch: BatchLayout,
      _ gradients: [FloatBuffer],
      _ communicator: any Communicator,
      _ digests: LaneDigests? = nil,
      _ space: NetworkSpace? = nil
    ) -> Network {
      Network(
        model,
        batch: batch,
        mode: .training(grouping),
        parameters: parameters,
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
  }
}
