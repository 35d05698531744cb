import Collectives
import Foundation
import Runs
import Tensors
import Testing
import TestSupport

/// What lies in the folder of checkpoints, what is kept there, and what is nobody's business.
struct CheckpointFolderTests {
  @Test func namesAndSteps() {
    for step in [0, 7, 12345, 99_999_999, 123_456_789] {
      #expect(CheckpointFolder.step(of: CheckpointFolder.name(step: step)) == step)
    }
    for name in [
      "step-", "step-1", "step-+0000001", "step--0000001", "step-00000001 ", "Step-00000001",
      "step-000000001", "step-99999999999999999999", "step-0000000x", "",
    ] {
      #expect(CheckpointFolder.step(of: name) == nil, "\(name)")
    }
  }

  @Test func lastOnesTheBestAndTheLasting() {
    let complete = [2, 4, 6, 8, 10]
    #expect(CheckpointRetention(last: 2).superfluous(complete, best: nil) == [2, 4, 6])
    #expect(CheckpointRetention(last: 2).superfluous(complete, best: 4) == [2, 6])
    #expect(CheckpointRetention(last: 9).superfluous(complete, best: nil).isEmpty)
    #expect(CheckpointRetention(last: 1).superfluous([10, 2], best: 3) == [2])
    #expect(CheckpointRetention(last: 2).superfluous([], best: nil).isEmpty)
  }

  @Test func strangersStay() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    let strangers = [
      "manifest.json.bak", "manifest.jsonl", "notes.txt", "part-00000.safetensors.old",
      "part-1.safetensors", "part-x.safetensors", "part-of.it.safetensors.writing-1",
      "my.writing-2",
    ]
    let own = [
      "manifest.json.writing-77", "part-00003.safetensors", "part-00000.safetensors.writing-9",
    ]
    try checkpoint.save([1, 2, 3])
    for name in strangers + own { try place.write([1], to: "checkpoints/step-00000003/\(name)") }
    try place.write([1], to: "checkpoints/step-00000002x/manifest.json")
    try checkpoint.folder.remove(step: 3)
    #expect(checkpoint.files(3) == strangers.sorted())
    #expect(try checkpoint.folder.complete() == [2] && checkpoint.folder.steps() == [2, 3])
    try checkpoint.folder.remove(step: 3)
    try checkpoint.folder.remove(step: 2)
    #expect(checkpoint.files(2) == nil)
    #expect(try Folder(checkpoint.folder.path).names == ["step-00000002x", "step-00000003"])
    // None that is there.
    try checkpoint.folder.remove(step: 9)
  }

  /// One that cannot be taken away keeps no other from going.
  @Test func whatStaysIsSaidAndTheRestGoes() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    try checkpoint.save([1, 2], keep: 9)
    // A folder in the place of a file.
    let name = "checkpoints/step-00000001/part-00007.safetensors"
    try place.write([1], to: "\(name)/x")
    var told: [CheckpointWriter.Outcome] = []
    let writer = try checkpoint.writer(SoloCommunicator(), CheckpointRetention(last: 1))
    writer.tell = { told.append($0) }
    try writer.save(SmallCheckpoint.progress(3), SmallCheckpoint.pieces(0, of: 1))
    #expect(told.map(\.step) == [3] && told[0].failure == nil)
    #expect(told.first?.remarks.first?.contains(name) == true)
    #expect(checkpoint.files(2) == nil)
    #expect(try checkpoint.folder.complete() == [3])
  }
}
