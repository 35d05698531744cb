import Checkpoints
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// Snapshots evaluated together, against plain arithmetic on their files.
@Suite(.serialized)
struct EnsembleTests {
  /// A run with snapshots after epochs 1, 3 and 7.
  private struct Run {
    let data: TemporaryFolder
    let place: TemporaryFolder
    var path: String { place.path(of: "run") }
    private(set) var snapshots: [String] = []

    init() throws {
      (data, place) = (try cifarFolder(), try TemporaryFolder())
      var plan = runPlan(data: data.path, output: place.path(of: "run"))
      (plan.schedule, plan.restartEpochs, plan.epochs, plan.evalEvery) = (.warmRestarts, 1, 8, 0)
      _ = try execute(plan, ranks: 1)
      snapshots = try SnapshotFile.names(in: path).map { "\(place.path(of: "run"))/\($0)" }
      #expect(snapshots.count == 3)
    }

    /// Logits of a model of the run, image by image, and labels.
    func answers(_ file: String?, _ ensemble: Ensemble? = nil) throws -> ([[Double]], [Int]) {
      let path = place.path(of: "logits.safetensors")
      _ = try evaluate(
        file ?? self.path,
        data: file == nil ? nil : data.path,
        logits: path,
        ensemble: ensemble,
        ranks: 1
      )
      let contents = try Safetensors(contentsOf: path)
      guard case .float(let logits)? = contents.tensors["logits"]?.values,
        case .integer(let labels)? = contents.tensors["labels"]?.values
      else { throw ContractViolation("logits or labels are missing") }
      let rows = labels.indices.map { logits[10 * $0..<10 * $0 + 10].map(Double.init) }
      return (rows, labels.map(Int.init))
    }
  }

  @Test func aVoteIsTheMeanOfTheProbabilities() throws {
    let run = try Run()
    var mean = Array(repeating: Array(repeating: 0.0, count: 10), count: 130)
    var labels: [Int] = []
    for file in run.snapshots {
      let (rows, truth) = try run.answers(file)
      labels = truth
      for (image, row) in rows.enumerated() {
        let powers = row.map { exp($0) }
        for k in 0..<10 { mean[image][k] += powers[k] / powers.reduce(0, +) / 3 }
      }
    }
    let order = mean.map { row in row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) } }
    let right = (0..<130).count { order[$0][0] == labels[$0] }
    let near = (0..<130).count { order[$0].prefix(5).contains(labels[$0]) }
    let loss = (0..<130).reduce(0) { $0 - log(mean[$1][labels[$1]]) } / 130
    let alone = try evaluate(run.path, ensemble: .vote, ranks: 1)[0]
    #expect(alone.accuracy == Double(right) / 130)
    #expect(alone.accuracy5 == Double(near) / 130)
    #expect(abs(alone.loss - loss) < 1e-12 * loss, "\(alone.loss), not \(loss)")
    #expect(alone.ensemble == .vote && alone.members == 3 && alone.images == 130)
    for ranks in [2, 3] {
      for other in try evaluate(run.path, ensemble: .vote, ranks: ranks) {
        #expect(other.loss.bitPattern == alone.loss.bitPattern, "\(ranks) ranks")
        #expect(other.accuracy == alone.accuracy)
        #expect(other.accuracy5 == alone.accuracy5)
      }
    }
    // The logits that it writes are those of the mean.
    for (row, expected) in zip(try run.answers(nil, .vote).0, mean) {
      for k in 0..<10 { #expect(abs(exp(row[k]) - expected[k]) < 1e-6) }
    }
    #expect(try evaluate(run.path, ranks: 1)[0].loss != alone.loss)
  }

  @Test func anAverageIsTheModelOfTheMeanWeights() throws {
    let run = try Run()
    var mean = try Safetensors(contentsOf: run.snapshots[0])
    let files = try run.snapshots.map { try Safetensors(contentsOf: $0) }
    for (name, tensor) in mean.tensors {
      let values = files.compactMap { file -> [Float]? in
        guard case .float(let values)? = file.tensors[name]?.values else { return nil }
        return values
      }
      guard values.count == 3 else { continue }
      let means = values[0].indices.map { i in
        Float((Double(values[0][i]) + Double(values[1][i]) + Double(values[2][i])) / 3)
      }
      mean.tensors[name] = .init(shape: tensor.shape, values: .float(means))
    }
    let file = run.place.path(of: "mean.safetensors")
    try mean.write(to: file)
    let expected = try evaluate(file, data: run.data.path, ranks: 1)[0]
    for ranks in [1, 2, 3] {
      for summary in try evaluate(run.path, ensemble: .average, ranks: ranks) {
        #expect(summary.loss.bitPattern == expected.loss.bitPattern)
        #expect(summary.accuracy == expected.accuracy)
        #expect(summary.ensemble == .average && summary.members == 3)
      }
    }
    for snapshot in run.snapshots {
      #expect(
        try evaluate(snapshot, data: run.data.path, ranks: 1)[0].loss != expected.loss
      )
    }
  }

  /// A vote needs no last model: a run that is still going on can be asked.
  @Test func onlySnapshotsAreNeeded() throws {
    let run = try Run()
    let vote = try evaluate(run.path, ensemble: .vote, ranks: 1)[0]
    unlink("\(run.path)/model.safetensors")
    #expect(try evaluate(run.path, ensemble: .vote, ranks: 1)[0].loss == vote.loss)
    // What is left of them counts.
    unlink(run.snapshots[0])
    #expect(try evaluate(run.path, ensemble: .vote, ranks: 1)[0].members == 2)
  }

  @Test(arguments: Ensemble.allCases, [1, 3])
  func withoutSnapshotsThereIsNone(ensemble: Ensemble, ranks: Int) throws {
    let data = try cifarFolder(train: 20, test: 10)
    let place = try TemporaryFolder()
    let path = place.path(of: "run")
    _ = try execute(runPlan(data: data.path, output: path), ranks: 1)
    for (target, data, part) in [
      (path, nil, "has no snapshots"), ("\(path)/model.safetensors", data.path, "a single file"),
    ] {
      let failure = #expect(throws: Failure.self) {
        try evaluate(target, data: data, ensemble: ensemble, ranks: ranks)
      }
      #expect(failure?.kind == .usage)
      #expect(failure?.message.hasPrefix("--ensemble \(ensemble.rawValue)") == true)
      #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
    }
  }
}
