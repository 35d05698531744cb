import Tensors

/// Stages that run as one: a single stage, or loops over samples that follow each other group by group, while a group is in cache.
struct Chain {
  /// The stages, in order.
  let stages: [Stage]
  private let body: ThreadTeam.Body
  private let count: () -> Int
  private let exchange: (() throws -> Void)?

  /// Several stages must all be loops over samples, at most one of them over groups of a stated size.
  init(_ stages: [Stage], _ batch: BatchLayout) {
    self.stages = stages
    if case .items(let count, _, let body) = stages[0].work {
      (self.count, self.body, exchange) = (count, body, nil)
    } else if case .exchange(let body) = stages[0].work {
      (count, self.body, exchange) = ({ 0 }, { _, _ in }, body)
    } else {
      var size: Int?
      let bodies = stages.map { stage in
        guard case .samples(let own, let body) = stage.work else {
          preconditionFailure("\(stage.kernel) is no loop over samples")
        }
        size = size ?? own
        return body
      }
      let group = size ?? 1
      exchange = nil
      count = { batch.groups(of: group).count }
      if bodies.count == 1 {
        let only = bodies[0]
        body = { item, member in only(batch.groups(of: group)[item], member) }
      } else {
        body = { item, member in
          let samples = batch.groups(of: group)[item]
          for body in bodies { body(samples, member) }
        }
      }
    }
  }

  /// Runs to the end; throws when a rank is lost.
  func run(_ team: ThreadTeam) throws {
    if let exchange { return try exchange() }
    team.run(count(), body)
  }
}
