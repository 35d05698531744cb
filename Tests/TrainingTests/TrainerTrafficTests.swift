import Collectives
import DataParallel
import Networks
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// What a whole training step sends, BatchNorm's sums included, is what the closed forms say.
@Suite(.serialized)
struct TrainerTrafficTests {
  @Test(arguments: [0, 1], [1, 2, 3, 8])
  func aStepCostsItsClosedForm(zero: Int, ranks: Int) throws {
    let source = smallSource(train: 86)
    let model = try smallCNN(source)
    for (norm, batch, lanesPerGroup) in [
      (BatchNormMode.batch, 40, 8), (.group(16), 64, 2), (.lane, 64, 1), (.group(4), 64, 1),
    ] {
      var plan = smallPlan(batch: batch, steps: 6)
      (plan.batchNorm, plan.allowSmallBatchNorm, plan.zero) = (norm, true, zero)
      plan.epochs = 6
      let steps = try ThreadWorld.run(ranks: ranks) { [plan] c in
        let placing = Placing(ranks: ranks, bucketGranules: 7)
        let trainer = try trainer(plan, model, source, c, placing)
        var sent: [(samples: Int, traffic: Traffic)] = []
        var before = c.traffic
        let watcher = StepWatcher { step in
          sent.append((step.samples, c.traffic - before))
          before = c.traffic
        }
        _ = try trainer.run(watcher)
        return (sent, trainer.reduction)
      }
      for (rank, (sent, reduction)) in steps.enumerated() {
        #expect(Set(sent.map(\.samples)).count > 1, "a short batch is among them")
        for (samples, traffic) in sent {
          let form = TrafficForms(ranks: ranks).step(
            reduction,
            rank: rank,
            present: min(plan.lanes, samples),
            recordWidth: 3 + model.normalized.reduce(0) { $0 + 2 * $1 },
            sums: sums(model, lanesPerGroup),
            hashes: true
          )
          #expect(traffic.messages == form.messages, "rank \(rank), \(norm), \(samples) samples")
          #expect(traffic.bytes == form.bytes, "rank \(rank), \(norm), \(samples) samples")
        }
      }
    }
  }

  /// (n, mean, M2) forward and two sums backward for each BatchNorm, where its groups have lanes to
  /// add up.
  private func sums(_ model: Model, _ lanesPerGroup: Int) -> [(width: Int, lanesPerGroup: Int)] {
    guard lanesPerGroup > 1 else { return [] }
    return model.normalized.flatMap { channels in
      [(1 + 2 * channels, lanesPerGroup), (2 * channels, lanesPerGroup)]
    }
  }
}

extension Model {
  /// The channels of each BatchNorm.
  fileprivate var normalized: [Int] {
    layout.entries.filter { $0.name.hasSuffix("running_var") }.map(\.range.count)
  }
}
