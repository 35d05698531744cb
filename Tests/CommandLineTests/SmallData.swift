import Foundation
import TestSupport

/// The size of a record of CIFAR-10.
let recordBytes = 3073

/// Records with labels in turn whose pixels are drawn from `seed`.
func records(_ count: Int, seed: UInt64) -> [UInt8] {
  var state = seed
  func draw() -> UInt8 {
    // Knuth's MMIX generator.
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
  return (0..<count).flatMap { index in
    [UInt8(index % 10)] + (0..<recordBytes - 1).map { _ in draw() }
  }
}

/// A folder of 200 training and 100 test images that mean nothing.
func smallData() throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for file in 1...5 {
    try folder.write(records(40, seed: UInt64(file)), to: "data_batch_\(file).bin")
  }
  try folder.write(records(100, seed: 6), to: "test_batch.bin")
  return folder
}

/// A short run that others are compared with, made once.
struct ShortRun: Sendable {
  private let data: TemporaryFolder
  private let outputs: TemporaryFolder
  /// What it printed.
  let job: Spawned

  static let shared = Result { try ShortRun() }

  private init() throws {
    (data, outputs) = (try smallData(), try TemporaryFolder())
    // What a static value holds is never freed.
    atexit { if case .success(let run) = ShortRun.shared { run.remove() } }
    let flags = Self.flags(data) + ["--log-every", "3", "--json"]
    job = try program(["train"] + flags + ["--output", outputs.path(of: "run")])
    guard job.status == 0 else { throw ContractViolation("the short run failed: \(job.stderr)") }
  }

  private func remove() {
    for folder in [data, outputs] { try? FileManager.default.removeItem(atPath: folder.path) }
  }

  /// The folder of its images.
  var images: String { data.path }
  /// Its run folder.
  var folder: String { outputs.path(of: "run") }
  /// Its model.
  var model: String { folder + "/model.safetensors" }
  /// The flags that decide its bits.
  var flags: [String] { Self.flags(data) }

  private static func flags(_ data: TemporaryFolder) -> [String] {
    ["--data", data.path, "--model", "smallcnn", "--batch-size", "64", "--epochs", "2"]
  }
}
