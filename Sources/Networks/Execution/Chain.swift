import Tensors

/// Stages that run as one: a single stage, or loops over samples that follow each other group by
/// group, while a group is in cache.
struct Chain {
  /// The stages, in order.
  let stages: [Stage]
  private let count: () -> Int
  private let body: ThreadTeam.Body
  private let exchange: (() throws -> Void)?
  private let loops: SampleLoops?

  /// Several stages must all be loops over samples.
  init(_ stages: [Stage], _ batch: BatchLayout) {
    self.stages = stages
    switch stages[0].work {
    case .items(let count, _, let body):
      (self.count, self.body, exchange, loops) = (count, body, nil, nil)
    case .exchange(let body):
      (count, self.body, exchange, loops) = ({ 0 }, { _, _ in }, body, nil)
    case .samples:
      let loops = SampleLoops(stages, batch)
      (count, body) = ({ loops.count }, { loops.run($0, $1) })
      (exchange, self.loops) = (nil, loops)
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
    guard stages.count > 1, let loops else { return team.run(count(), body) }
    team.run(count()) { loops.run($0, $1, recorder) }
    recorder.split(into: stages.count, label: label)
  }
}
