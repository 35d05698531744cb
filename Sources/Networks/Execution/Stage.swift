import Tensors

/// One kernel call over a list of items, or one exchange with the other ranks: what an operation is
/// made of when it runs.
///
/// Its closures are made by the planner, so that running a stage allocates nothing. Items write
/// disjoint results; the bits do not depend on which thread runs which.
package struct Stage {
  /// Works on some samples of one group: samples and member number.
  typealias SampleBody = (_ samples: Range<Int>, _ member: Int) -> Void

  enum Work {
    /// A loop over as many items as `count` says at the time.
    case items(count: () -> Int, turn: Turn, body: ThreadTeam.Body)
    /// A loop over groups of samples that touches nothing of other samples, or, `byChunk`, of other
    /// chunks: then the groups of a chunk go to one thread in order. Groups of `size` are taken
    /// whole; with nil any range may be taken.
    case samples(size: Int?, byChunk: Bool, body: SampleBody)
    /// A step that all ranks take together.
    case exchange(() throws -> Void)
  }

  /// When a loop over items runs, among the stages of its node.
  enum Turn {
    /// In its place.
    case own
    /// Before a chain that is being put together: it depends on parameters alone.
    case early
    /// Behind that chain: what follows does not depend on it.
    case late
  }

  /// The kernel's name, for profiles: "convolution.forward".
  package let kernel: String
  /// The name of the node it belongs to, for profiles: "layer1.0.conv1".
  var layer = ""
  let work: Work
  /// The fusion that lets a loop over samples run behind the stage before it, group by group.
  var fusion = Fusion.chain

  /// A loop over as many items as `count` says at the time.
  static func items(
    _ kernel: String,
    turn: Turn = .own,
    _ count: @escaping () -> Int,
    _ body: @escaping ThreadTeam.Body
  ) -> Stage {
    Stage(kernel: kernel, work: .items(count: count, turn: turn, body: body))
  }

  /// A loop over groups of `size` samples, which may be 1, 2, 4 or 8.
  static func groups(
    _ kernel: String,
    of size: Int,
    byChunk: Bool = false,
    _ body: @escaping SampleBody
  ) -> Stage {
    Stage(kernel: kernel, work: .samples(size: size, byChunk: byChunk, body: body))
  }

  /// A loop over samples one by one.
  static func images(
    _ kernel: String,
    _ fusion: Fusion = .chain,
    _ body: @escaping ThreadTeam.Body
  ) -> Stage {
    Stage(
      kernel: kernel,
      work: .samples(size: nil, byChunk: false) { samples, member in
        for sample in samples { body(sample, member) }
      },
      fusion: fusion
    )
  }

  /// A step that all ranks take together.
  static func exchange(_ kernel: String, _ body: @escaping () throws -> Void) -> Stage {
    Stage(kernel: kernel, work: .exchange(body))
  }
}
