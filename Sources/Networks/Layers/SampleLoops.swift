import Tensors

/// Loops over samples that follow each other group by group, while a group is in cache: the body of
/// a chain.
struct SampleLoops {
  /// What threads take: groups, or whole chunks.
  private let items: SampleGroups
  /// Samples that all bodies take in turn.
  private let size: Int
  private let bodies: [Stage.SampleBody]

  /// Takes groups of the largest size that a stage states, and the chunks whole where one of them
  /// says so.
  init(_ stages: [Stage], _ batch: BatchLayout) {
    let loops = stages.map(\.loop)
    let size = loops.compactMap(\.size).max() ?? 1
    self.size = size
    items = batch.groups(of: loops.contains(where: \.byChunk) ? BatchLayout.chunkSize : size)
    bodies = loops.map { loop in
      guard let own = loop.size, own < size else { return loop.body }
      return { samples, member in
        var start = samples.lowerBound
        while start < samples.upperBound {
          loop.body(start..<min(start + own, samples.upperBound), member)
          start += own
        }
      }
    }
  }

  /// Items of the current batch.
  var count: Int { items.count }

  /// All stages over one item.
  func run(_ item: Int, _ member: Int) {
    let samples = items[item]
    var start = samples.lowerBound
    while start < samples.upperBound {
      let group = start..<min(start + size, samples.upperBound)
      for body in bodies { body(group, member) }
      start += size
    }
  }

  /// The same, with each stage's time counted.
  func run(_ item: Int, _ member: Int, _ recorder: LoopRecorder) {
    let samples = items[item]
    var start = samples.lowerBound
    while start < samples.upperBound {
      let group = start..<min(start + size, samples.upperBound)
      for (part, body) in bodies.enumerated() {
        recorder.count(part: part, member: member) { body(group, member) }
      }
      start += size
    }
  }
}

extension Stage {
  /// What a loop over samples does.
  fileprivate var loop: (size: Int?, byChunk: Bool, body: SampleBody) {
    guard case .samples(let size, let byChunk, let body) = work else {
      preconditionFailure("\(kernel) is no loop over samples")
    }
    return (size, byChunk, body)
  }
}
