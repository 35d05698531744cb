import Checkpoints
import Collectives
import Foundation
import Networks
import Plans
import Runs
import Tensors
import TestSupport
import Testing
import Training

/// Ranks that go on share the reading of a checkpoint, and let nothing through that was not written.
@Suite(.serialized)
struct CheckpointReadingTests {
  private let data: TemporaryFolder
  private let place: TemporaryFolder
  private let plan: TrainingPlan

  /// A run on one rank with a checkpoint of a few MB after its only step.
  init() throws {
    (data, place) = (try cifarFolder(train: 16, test: 8), try TemporaryFolder())
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    (plan.model, plan.batchSize, plan.steps) = ("resnet20", 16, 1)
    self.plan = plan
    _ = try execute(plan, ranks: 1)
  }

  private var folder: CheckpointFolder { CheckpointFolder(ofRun: place.path(of: "run")) }

  /// Bytes that this thread has read.
  private func bytesRead() throws -> Int {
    let text = try String(contentsOfFile: "/proc/thread-self/io", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("rchar: ") })
    return try #require(Int(line.dropFirst(7)))
  }

  /// Headers and parameters by each rank, the rest of the checksums and of the state once by all.
  @Test(.enabled(if: FileManager.default.isReadableFile(atPath: "/proc/thread-self/io")))
  func eachByteIsReadByWhoNeedsIt() throws {
    let (plan, run, ranks) = (plan, place.path(of: "run"), 4)
    let manifest = try CheckpointManifest(contentsOf: folder.manifest(step: 1))
    let read = try ThreadWorld.run(ranks: ranks) { c in
      let environment = try RunEnvironment(plan, c)
      let model = try TrainingRun.admit(plan, in: environment)
      let before = try bytesRead()
      let pieces = try CheckpointReader(run: run, c).pieces(manifest)
      let state = TrainerState(progress: manifest.progress, pieces: pieces)
      let trainer = try Trainer(plan, model: model, in: environment, from: state)
      return (try bytesRead() - before, 4 * trainer.model.layout.count)
    }
    let (total, parameters) = (manifest.bytes, read[0].1)
    let header = manifest.parts[0].ranges[0].bytes
    #expect(total > 3_000_000 && header < total / 20 && parameters < total / 2)
    // Parameters and two moments; what else there is to read is small.
    let each = header + parameters
    let once = total - header + (total - header - parameters)
    let all = read.reduce(0) { $0 + $1.0 }
    #expect(abs(all - ranks * each - once) < ranks << 15, "\(read), of \(total)")
    for (bytes, _) in read { #expect(bytes < each + once / 2, "\(read), of \(total)") }
  }

  /// Whoever looks at the damaged part, none goes on.
  @Test func damageIsRefusedByAll() throws {
    let (run, manifest) = (
      place.path(of: "run"), try CheckpointManifest(contentsOf: folder.manifest(step: 1))
    )
    let path = "\(folder.path(step: 1))/\(manifest.parts[0].name)"
    let whole = try Data(contentsOf: URL(filePath: path))
    #expect(manifest.parts[0].ranges.count > 4)
    for range in manifest.parts[0].ranges {
      for place in [range.start, range.start + range.bytes / 2, range.start + range.bytes - 1] {
        var bytes = whole
        bytes[place] ^= 1
        try bytes.write(to: URL(filePath: path))
        for ranks in [1, 3, 8] {
          let refusals = try failures(ranks: ranks) { c in
            _ = try CheckpointReader(run: run, c).pieces(manifest)
          }
          #expect(refusals.allSatisfy { $0?.kind == .data && $0?.message.contains(path) == true })
        }
      }
    }
  }

  /// Ranks that evaluate it share the checksums too, so that none passes what another has found.
  @Test func whatIsDamagedIsNotEvaluated() throws {
    let part = "\(folder.path(step: 1))/\(CheckpointFolder.part(0))"
    let whole = try Data(contentsOf: URL(filePath: part))
    #expect(try evaluate(folder.path(step: 1), ranks: 3)[0].images == 8)
    let manifest = try CheckpointManifest(contentsOf: folder.manifest(step: 1))
    let ranges = manifest.parts[0].ranges
    #expect(ranges.count > 4)
    for range in ranges {
      var bytes = whole
      bytes[range.start + range.bytes - 1] ^= 1
      try bytes.write(to: URL(filePath: part))
      let failure = #expect(throws: Failure.self) { try evaluate(folder.path(step: 1), ranks: 3) }
      #expect(failure?.kind == .data && failure?.message.contains("is damaged") == true)
    }
  }
}
