import Foundation
import Runs
import Tensors
import TestSupport
import Testing

/// A profile or logits never take the place of what a run or its images are made of.
struct SideFileTests {
  private let place: TemporaryFolder

  init() throws {
    place = try TemporaryFolder()
    for name in [
      "run/model.safetensors", "run/trace.json", "images/test_batch.bin", "images/traces/old",
      "file",
    ] {
      try place.write([7], to: name)
    }
    try FileManager.default.createSymbolicLink(
      atPath: place.path(of: "link"),
      withDestinationPath: place.path(of: "run")
    )
  }

  private func admit(_ name: String, run: String, isNew: Bool = false) throws {
    try SideFile.admit(
      place.path(of: name),
      flag: "logits",
      run: place.path(of: run),
      isNew: isNew,
      data: place.path(of: "images")
    )
  }

  @Test(arguments: [
    "run/model.safetensors", "run/status.json", "run/.lock", "run/./plan.yaml",
    "link/metrics.csv", "run/snapshots/epoch-0001.safetensors", "images/test_batch.bin",
    "images/new", "images/cifar-10-batches-bin/test_batch.bin",
  ])
  func whatBelongsToTheRunIsRefused(name: String) throws {
    for isNew in [false, true] {
      let failure = #expect(throws: Failure.self) { try admit(name, run: "run", isNew: isNew) }
      #expect(failure?.kind == .usage)
      #expect(failure?.message.contains("--logits \(place.path(of: name)) ") == true)
    }
    #expect(
      FileManager.default.contents(atPath: place.path(of: "images/test_batch.bin")) == Data([7])
    )
  }

  /// A model file that is evaluated by itself.
  @Test func theModelItselfIsRefused() {
    #expect(throws: Failure.self) {
      try admit("link/model.safetensors", run: "run/model.safetensors")
    }
  }

  @Test(arguments: ["run/trace.json", "run/logits.safetensors", "file", "new", "images/traces/new"])
  func othersAreTaken(name: String) throws {
    try admit(name, run: "run")
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).count == 4)
  }

  /// The folder of a run that is to come need not be there.
  @Test func aFileInARunToCome() throws {
    try admit("coming/trace.json", run: "coming/", isNew: true)
    let failure = #expect(throws: Failure.self) {
      try admit("elsewhere/trace.json", run: "coming", isNew: true)
    }
    #expect(failure?.kind == .file)
  }
}
