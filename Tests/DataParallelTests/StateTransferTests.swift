import Checkpoints
import Collectives
import DataParallel
import Optimizers
import Tensors
import TestSupport
import Testing

/// Parameters, statistics, optimizer state and average go, piece by piece, from any number of ranks
/// to any other.
@Suite(.serialized)
struct StateTransferTests {
  @Test(arguments: UpdateRuleCatalog.rows.map(\.name))
  func stateMovesToAnotherWorld(name: String) throws {
    let row = try UpdateRuleCatalog.row(name)
    var setup = StepSetup()
    var constants = row.constants(.paper)
    constants.amsgrad = row.takes.contains(.amsgrad)
    constants.tolerance = 1
    setup.rule = row.rule(constants, .paper)
    setup.bucketGranules = 3
    setup.batches = [40, 40, 40, 40, 17, 40]
    let whole = try outcomes(setup, ranks: 1)[0]
    for (from, to) in [(1, 3), (3, 8), (8, 2), (2, 1)] {
      for isSharded in [true, false] {
        var first = setup
        first.batches = Array(setup.batches.prefix(4))
        first.isSharded = from != 3
        let before = try outcomes(first, ranks: from)
        var second = setup
        second.isSharded = isSharded
        second.resume = StepSetup.Resume(
          state: before.flatMap(\.state),
          memory: before[0].memory,
          step: 4
        )
        for outcome in try outcomes(second, ranks: to) {
          let place = "\(name): from \(from) to \(to) ranks"
          #expect(outcome.missing == 0, "\(place)")
          #expect(differences(outcome.parameters, whole.parameters) == 0, "\(place)")
          #expect(differences(outcome.average, whole.average) == 0, "\(place)")
        }
      }
    }
  }

  @Test(arguments: [true, false])
  func allRanksTogetherGiveEveryElementOnce(isSharded: Bool) throws {
    var setup = StepSetup()
    (setup.bucketGranules, setup.isSharded) = (2, isSharded)
    let whole = [HeldArray.parameters, HeldArray.average]
    for ranks in [1, 3, 8] {
      let pieces = try outcomes(setup, ranks: ranks).flatMap(\.state)
      for entry in setup.layout.entries {
        for array in setup.rule.state.map(\.name) + whole {
          let covered = pieces.filter { $0.tensor == entry.name && $0.array == array }
            .map(\.elements).sorted { $0.lowerBound < $1.lowerBound }
          if entry.role == .statistic && !whole.contains(array) {
            #expect(covered.isEmpty)
            continue
          }
          #expect(covered.first?.lowerBound == 0 && covered.last?.upperBound == entry.range.count)
          #expect(zip(covered, covered.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        }
      }
    }
  }

  @Test func whatIsMissingIsCounted() throws {
    var setup = StepSetup()
    let pieces = try outcomes(setup, ranks: 1)[0].state
    setup.batches = [40]
    for (array, tensor, count) in [
      ("first_moment", "tensor1", 10), (HeldArray.average, "statistic", 20),
      (HeldArray.parameters, "tensor3", 3),
    ] {
      setup.resume = StepSetup.Resume(
        state: pieces.filter { $0.tensor != tensor || $0.array != array },
        memory: .zero,
        step: 0
      )
      #expect(try outcomes(setup, ranks: 1)[0].missing == count)
    }
  }

  /// A rule's arrays stand beside these in a checkpoint.
  @Test func noRuleHasAnArrayOfTheirNames() throws {
    for row in UpdateRuleCatalog.rows {
      let names = row.rule(row.constants(.paper), .paper).state.map(\.name)
      #expect(!names.contains(HeldArray.parameters) && !names.contains(HeldArray.average))
    }
  }
}
