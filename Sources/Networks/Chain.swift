import Tensors

/// Stages that run as one: a single stage, or loops over samples that follow each other group by group, while a group is in cache.
struct Chain {
  /// The stages, in order.
  let stages: [Stage]
  private let count: () -> Int
  private let body: ThreadTeam.Body
  private let exchange: (() throws -> Void)?
  /// Of loops over samples.
  private let bodies: [Stage.SampleBody]
  private let groups: SampleGroups?

  /// Several stages must all be loops over samples, at most one of them over groups of a stated size.
  init(_ stages: [Stage], _ batch: BatchLayout) {
    self.stages = stages
    switch stages[0].work {
    case .items(let count, _, let body):
      (self.count, self.body, exchange) = (count, body, nil)
      (bodies, groups) = ([], nil)
    case .exchange(let body):
      (count, self.body, exchange) = ({ 0 }, { _, _ in }, body)
      (bodies, groups) = ([], nil)
    case .samples:
      let loops = stages.map(\.loop)
      let size = loops.compactMap(\.size).first ?? 1
      let bodies = loops.map(\.body)
      let groups = batch.groups(of: size)
      self.groups = groups
      count = { groups.count }
      exchange = nil
      body = { item, member in
        let samples = groups[item]
        for body in bodies { body(samples, member) }
      }
      self.bodies = bodies
    }
  }

  /// Runs to the end; throws when a rank is lost.
  ///
  /// A recorder of the team notes the stages as `label`, `label` + 1, ….
  func run(_ team: ThreadTeam, label: Int) throws {
    guard let recorder = team.recorder, recorder.isOn else {
      if let exchange { return try exchange() }
      team.run(count(), body)
      return
    }
    if let exchange { return try recorder.measure(label, exchange) }
    recorder.label = label
    if stages.count == 1 {
      team.run(count(), body)
    } else {
      team.run(count(), counted(recorder))
      recorder.split(into: stages.count, label: label)
    }
  }

  /// The body of several stages, each with its time counted.
  private func counted(_ recorder: LoopRecorder) -> ThreadTeam.Body {
    { [bodies, groups] item, member in
      guard let samples = groups?[item] else { return }
      for (part, body) in bodies.enumerated() {
        recorder.count(part: part, member: member) { body(samples, member) }
      }
    }
  }
}

extension Stage {
  /// What a loop over samples does.
  fileprivate var loop: (size: Int?, body: SampleBody) {
    guard case .samples(let size, let body) = work else {
      preconditionFailure("\(kernel) is no loop over samples")
    }
    return (size, body)
  }
}
