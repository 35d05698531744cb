import Collectives
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// Every field of the plan over two ranks, the same on both and another on one of them: a run works
/// or is refused, on both alike, and never hangs.
@Suite(.serialized)
struct RankTableTests {
  /// How it ended on each rank: the digest of the parameters, or why not.
  private enum End: Equatable, Sendable {
    case trained(String)
    case refused(Failure.Kind, String)
  }

  private static let data = Result { try cifarFolder(test: 20) }

  /// A run of a few steps; where not `everywhere`, rank 0 alone has the usual value of the field.
  private func ends(_ flag: String, everywhere: Bool) throws -> [End] {
    let change = try #require(EffectTests.changes[flag], "no other value of --\(flag) is tried")
    let data = try Self.data.get()
    let place = try TemporaryFolder()
    return try withExtendedLifetime(place) {
      // Long, where so many others run; what hangs would be there for ever.
      try within(seconds: 60) { [path = place.path] in
        try ThreadWorld.run(ranks: 2) { communicator in
          var plan = runPlan(data: data.path, output: "\(path)/run")
          plan.steps = 3
          try plan.overlay(change.flags.map { ($0, try TrialData.text($1, place: path)) })
          if everywhere || communicator.rank == 1 {
            let text = try TrialData.text(change.text, place: path)
            try PlanField.named(flag)?.assign(text, to: &plan)
          }
          do {
            return .trained(try execute(plan, on: communicator).digest)
          } catch let failure as Failure {
            return .refused(failure.kind, failure.message)
          }
        }
      }
    }
  }

  @Test(arguments: PlanField.all.map(\.flag))
  func theSameOnBothWorks(flag: String) throws {
    let ends = try ends(flag, everywhere: true)
    guard case .trained = ends[0] else {
      Issue.record("\(ends[0])")
      return
    }
    #expect(ends[1] == ends[0])
  }

  /// A rank that was told something else is named before anything is done, unless each may have its
  /// own.
  @Test(arguments: PlanField.all.map(\.flag))
  func anotherOnOneIsRefusedOrItsOwn(flag: String) throws {
    let (field, ends) = (try #require(PlanField.named(flag)), try ends(flag, everywhere: false))
    #expect(ends[1] == ends[0])
    switch ends[0] {
    case .trained: #expect(field.isLocal)
    case .refused(let kind, let message):
      // Images may lie elsewhere, and are then compared.
      #expect(field.isLocal == (flag == "data"))
      #expect(kind == (flag == "data" ? .data : .usage))
      let start = flag == "data" ? "the number of training images is " : "--\(flag) is "
      #expect(message.hasPrefix(start) && message.contains("rank 1 on "), "\(message)")
    }
  }
}
