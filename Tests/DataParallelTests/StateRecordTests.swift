import Collectives
import DataParallel
import Optimizers
import Tensors
import TestSupport
import Testing

/// Optimizer state by tensor name and element range goes from any number of ranks to any other.
@Suite(.serialized)
struct StateRecordTests {
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
        let before = try outcomes(first, ranks: from)
        var second = setup
        second.isSharded = isSharded
        second.resume = StepSetup.Resume(
          parameters: before[0].parameters.map(Float.init(bitPattern:)),
          state: before.flatMap(\.state),
          memory: before[0].memory,
          step: 4
        )
        for outcome in try outcomes(second, ranks: to) {
          #expect(
            differences(outcome.parameters, whole.parameters) == 0,
            "\(name): from \(from) to \(to) ranks"
          )
        }
      }
    }
  }

  @Test func recordsNameEveryElementOnce() throws {
    var setup = StepSetup()
    setup.bucketGranules = 2
    for ranks in [1, 3, 8] {
      let records = try outcomes(setup, ranks: ranks).flatMap(\.state)
      for entry in setup.layout.entries {
        for array in setup.rule.state {
          let covered = records.filter { $0.tensor == entry.name && $0.array == array.name }
            .map(\.elements).sorted { $0.lowerBound < $1.lowerBound }
          if entry.role == .statistic {
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
    let records = try outcomes(setup, ranks: 1)[0].state
    setup.batches = [40]
    setup.resume = StepSetup.Resume(
      parameters: (0..<setup.layout.count).map { unevenValue(99, 0, $0) },
      state: records.filter { $0.tensor != "tensor1" || $0.array != "first_moment" },
      memory: .zero,
      step: 0
    )
    #expect(try outcomes(setup, ranks: 1)[0].missing == 10)
  }
}
