import Checkpoints
import Datasets
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// An evaluation of images and their mirror images, against plain arithmetic on the logits of both.
@Suite(.serialized)
struct TestViewsTests {
  /// Logits of a model, image by image, and labels.
  private func answers(
    _ run: String,
    _ data: String,
    _ views: TestViews = .none
  ) throws -> ([[Double]], [Int]) {
    let place = try TemporaryFolder()
    let path = place.path(of: "logits.safetensors")
    _ = try evaluate(run, data: data, logits: path, views: views, ranks: 1)
    let contents = try Safetensors(contentsOf: path)
    guard case .float(let logits)? = contents.tensors["logits"]?.values,
      case .integer(let labels)? = contents.tensors["labels"]?.values
    else { throw ContractViolation("logits or labels are missing") }
    let rows = labels.indices.map { logits[10 * $0..<10 * $0 + 10].map(Double.init) }
    return (rows, labels.map(Int.init))
  }

  /// The same files with every image mirrored: of each record a label, then rows of 32 bytes.
  private func mirrored(_ data: TemporaryFolder) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["data_batch_1.bin", "test_batch.bin"] {
      let bytes = Array(try Data(contentsOf: URL(filePath: data.path(of: name))))
      var turned: [UInt8] = []
      for record in stride(from: 0, to: bytes.count, by: 3073) {
        turned.append(bytes[record])
        for row in stride(from: record + 1, to: record + 3073, by: 32) {
          turned += bytes[row..<row + 32].reversed()
        }
      }
      try folder.write(turned, to: name)
    }
    return folder
  }

  @Test(arguments: [false, true])
  func probabilitiesAreAveraged(computed: Bool) throws {
    let (data, place) = (try cifarFolder(), try TemporaryFolder())
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    if computed { plan.normalize = .computed }
    _ = try execute(plan, ranks: 1)
    let run = place.path(of: "run/\(ModelFile.name)")
    let (plain, labels) = try answers(run, data.path)
    let mirror = try mirrored(data)
    let (turned, _) = try answers(run, mirror.path)
    #expect(plain != turned)
    func probabilities(_ row: [Double]) -> [Double] {
      let powers = row.map { exp($0) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    let mean = zip(plain, turned).map { a, b in
      zip(probabilities(a), probabilities(b)).map { ($0 + $1) / 2 }
    }
    let right = mean.indices.count { image in
      mean[image].indices.max { mean[image][$0] < mean[image][$1] } == labels[image]
    }
    let loss = mean.indices.reduce(0.0) { $0 - log(mean[$1][labels[$1]]) } / Double(mean.count)
    let alone = try evaluate(run, data: data.path, views: .flip, ranks: 1)[0]
    #expect(alone.accuracy == Double(right) / Double(mean.count) && alone.views == .flip)
    #expect(abs(alone.loss - loss) < 1e-12 * loss, "\(alone.loss), not \(loss)")
    #expect(try evaluate(run, data: data.path, ranks: 1)[0].loss != alone.loss)
    for ranks in [2, 3] {
      for other in try evaluate(run, data: data.path, views: .flip, ranks: ranks) {
        #expect(other.loss.bitPattern == alone.loss.bitPattern && other.accuracy == alone.accuracy)
      }
    }
    // The logits that it writes are those of the mean.
    for (row, expected) in zip(try answers(run, data.path, .flip).0, mean) {
      for k in 0..<10 { #expect(abs(exp(row[k]) - expected[k]) < 1e-6) }
    }
  }

  /// Of several snapshots every one looks at both.
  @Test func aVoteTakesBothViewsOfEachSnapshot() throws {
    let (data, place) = (try cifarFolder(), try TemporaryFolder())
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    (plan.schedule, plan.restartEpochs, plan.epochs, plan.evalEvery) = (.warmRestarts, 1, 4, 0)
    _ = try execute(plan, ranks: 1)
    let run = place.path(of: "run")
    let turned = try mirrored(data)
    var mean = Array(repeating: Array(repeating: 0.0, count: 10), count: 130)
    let files = try SnapshotFile.names(in: run)
    for file in files {
      for folder in [data, turned] {
        for (image, row) in try answers("\(run)/\(file)", folder.path).0.enumerated() {
          let powers = row.map { exp($0) }
          for k in 0..<10 {
            mean[image][k] += powers[k] / powers.reduce(0, +) / Double(2 * files.count)
          }
        }
      }
    }
    let labels = try answers("\(run)/\(files[0])", data.path).1
    let loss = mean.indices.reduce(0.0) { $0 - log(mean[$1][labels[$1]]) } / 130
    let vote = try evaluate(run, ensemble: .vote, views: .flip, ranks: 2)[0]
    #expect(files.count == 2 && abs(vote.loss - loss) < 1e-12 * loss)
  }
}
