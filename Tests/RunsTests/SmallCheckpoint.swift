import Checkpoints
import Collectives
import Datasets
import Foundation
import Kernels
import Networks
import Plans
import Runs
import Tensors
import TestSupport

/// Checkpoints of a few numbers.
struct SmallCheckpoint: Sendable {
  let run: String
  let facts: CheckpointManifest.Facts

  init(run: String) throws {
    self.run = run
    var plan = TrainingPlan()
    plan.model = "smallcnn"
    let source = smallSource()
    facts = try CheckpointManifest.Facts(
      plan,
      try smallCNN(source),
      source,
      data: DataDigest(train: "abc", test: nil),
      blasCores: ["Haswell", "Haswell"],
      kernelLevel: .baseline
    )
  }

  var folder: CheckpointFolder { CheckpointFolder(ofRun: run) }

  /// What a rank has: a run of the elements of one tensor in two arrays.
  static func pieces(_ rank: Int, of ranks: Int, adding offset: Float = 0) -> [StatePiece] {
    let elements = 12 * rank / ranks..<12 * (rank + 1) / ranks
    return ["parameter", "first_moment"].map { array in
      let buffer = FloatBuffer(count: max(1, elements.count))
      for (place, element) in elements.enumerated() {
        buffer.base[place] = Float(element) + offset
      }
      return StatePiece(array, "a.weight", elements, in: buffer)
    }
  }

  /// A writer for a rank.
  func writer(
    _ c: any Communicator,
    _ retention: CheckpointRetention = CheckpointRetention(last: 2),
    stackBytes: Int = CheckpointWriter.stackBytes
  ) throws -> CheckpointWriter {
    try CheckpointWriter(
      run: run,
      facts,
      retention,
      pieces: Self.pieces(c.rank, of: c.size),
      stackBytes: stackBytes,
      c
    )
  }

  static func progress(_ step: Int) -> RunProgress {
    var progress = RunProgress()
    progress.step = step
    return progress
  }

  /// Saves those after some steps.
  func save(_ steps: [Int], ranks: Int = 1, keep: Int = 2) throws {
    _ = try ThreadWorld.run(ranks: ranks) { c in
      let writer = try writer(c, CheckpointRetention(last: keep))
      for step in steps {
        try writer.save(Self.progress(step), Self.pieces(c.rank, of: c.size, adding: Float(step)))
      }
    }
  }

  /// The elements of an array in the checkpoint after some steps.
  func values(_ step: Int, _ c: any Communicator = SoloCommunicator()) throws -> [Float] {
    let reader = CheckpointReader(run: run, c)
    let pieces = try reader.pieces(try reader.manifest(step)).filter { $0.array == "first_moment" }
    return try pieces.sorted { $0.elements.lowerBound < $1.elements.lowerBound }
      .flatMap { try $0.withValues { Array($0) } }
  }

  /// What it saved.
  static func expected(_ step: Int) -> [Float] { (0..<12).map { Float($0 + step) } }

  /// The names in a checkpoint's folder; nil where there is none.
  func files(_ step: Int) -> [String]? {
    try? FileManager.default.contentsOfDirectory(atPath: folder.path(step: step)).sorted()
  }
}
