import Tensors

/// One kernel call over a list of items, or one exchange with the other ranks: what an operation is made of when it runs.
///
/// Its closures are made by the planner, so that running a stage allocates nothing. Items write disjoint results; the bits do not depend on
/// which thread runs which.
package struct Stage {
  /// The kernel's name, for profiles: "convolution.forward".
  package let kernel: String
  let work: Work

  enum Work {
    case items(count: () -> Int, body: ThreadTeam.Body)
    case exchange(() throws -> Void)
  }

  /// A loop over as many items as `count` says at the time.
  static func items(
    _ kernel: String,
    _ count: @escaping () -> Int,
    _ body: @escaping ThreadTeam.Body
  ) -> Stage {
    Stage(kernel: kernel, work: .items(count: count, body: body))
  }

  /// A step that all ranks take together.
  static func exchange(_ kernel: String, _ body: @escaping () throws -> Void) -> Stage {
    Stage(kernel: kernel, work: .exchange(body))
  }

  func run(_ team: ThreadTeam) throws {
    switch work {
    case .items(let count, let body): team.run(count(), body)
    case .exchange(let body): try body()
    }
  }
}
