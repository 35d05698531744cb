import Collectives
import Datasets
import Foundation
import Networks
import Runs
import Tensors
import Testing
import TestSupport

/// What a run knows of its way is written and read again as it was.
struct RunStatusTests {
  private func evaluation(_ correct: Int) -> EvaluationResult {
    EvaluationResult(loss: 1, correct: correct, correct5: nil, count: 130)
  }

  /// An interrupted course is no other than one that went through.
  @Test func aCourseGoesOnFromItsText() throws {
    var (straight, interrupted) = (EvaluationCourse(), EvaluationCourse())
    for (i, correct) in [7, 5, 9, 9, 3, 10, 10].enumerated() {
      let text = try JSONEncoder().encode(interrupted)
      interrupted = try JSONDecoder().decode(EvaluationCourse.self, from: text)
      let isBest = straight.take(evaluation(correct), step: i, epoch: i + 1)
      #expect(interrupted.take(evaluation(correct), step: i, epoch: i + 1) == isBest)
      #expect(interrupted == straight)
    }
    #expect(straight.best?.epoch == 6 && straight.sinceBest == 1)
    #expect(straight.best?.accuracy == 10.0 / 130)
  }

  @Test func aStatusIsReadAsItWasWritten() throws {
    let (source, place) = (smallSource(train: 10, test: 10), try TemporaryFolder())
    let model = try smallCNN(source)
    let parameters = FloatBuffer(count: model.layout.count)
    let folder = try RunFolder(place.path(of: "run"), existing: .refused, SoloCommunicator())
    let path = folder.file(RunStatus.name)
    let data = DataDigest(train: "ab", test: "cd")
    let writer = try ModelWriter(folder, model, source, data: data, SoloCommunicator())
    var progress = RunProgress()
    try writer.write(.running, progress)
    let first = try RunFolder.read(RunStatus.self, from: path)
    #expect(first.state == .running && first.step == 0 && first.data == data)
    #expect(first.pid == getpid() && !first.host.isEmpty)
    #expect(first.started <= first.updated && first.ended == nil)
    #expect(first.best == nil && first.snapshots == nil && first.train == nil)

    func keep(_ reason: KeptModel, after step: Int) throws {
      progress.step = step
      progress.kept.add(reason)
      try writer.keep(parameters, as: reason, progress)
    }
    var course = EvaluationCourse()
    _ = course.take(evaluation(90), step: 3, epoch: 1)
    let best = try #require(course.best)
    try keep(.best(best), after: 3)
    try keep(.snapshot(epoch: 2), after: 6)
    #expect(progress.kept.best == best)
    #expect(progress.kept.snapshots == [SnapshotFile.name(epoch: 2)])
    #expect(SnapshotFile.names(in: folder.path) == progress.kept.snapshots)
    let second = try RunFolder.read(RunStatus.self, from: path)
    #expect(second.state == .running && second.step == 6 && second.started == first.started)
    #expect(second.best == best && second.snapshots == progress.kept.snapshots)
    #expect(second.modelSHA256 == nil)

    // A run that goes on knows what the one before it kept.
    let text = try JSONEncoder().encode(progress)
    progress = try JSONDecoder().decode(RunProgress.self, from: text)
    try keep(.snapshot(epoch: 6), after: 18)
    progress.step = 19
    try writer.write(.failed, progress, message: "the disk is full.")
    let read = try RunFolder.read(RunStatus.self, from: path)
    #expect(read.state == .failed && read.step == 19 && read.message == "the disk is full.")
    #expect(read.best == best && read.snapshots == [2, 6].map(SnapshotFile.name))
    #expect(read.ended == read.updated)
  }

  /// What sha256sum says of the file, once it is there.
  @Test func aStatusNamesTheModel() throws {
    let (source, place) = (smallSource(train: 10, test: 10), try TemporaryFolder())
    let model = try smallCNN(source)
    let folder = try RunFolder(place.path(of: "run"), existing: .refused, SoloCommunicator())
    let writer = try ModelWriter(folder, model, source, SoloCommunicator())
    let parameters = FloatBuffer(count: model.layout.count)
    var progress = RunProgress()
    progress.evaluation = evaluation(65)
    try writer.keep(parameters, as: .last, progress)
    try writer.write(.done, progress)
    var digest = SHA256()
    try Data(contentsOf: URL(filePath: folder.file(ModelFile.name))).withUnsafeBytes {
      digest.update($0)
    }
    let read = try RunFolder.read(RunStatus.self, from: folder.file(RunStatus.name))
    #expect(read.modelSHA256 == digest.hexadecimal && read.ended != nil)
    #expect(read.evaluation?.accuracy == 0.5 && read.evaluation?.loss == 1)
  }

  @Test func aDamagedStatusIsNamed() throws {
    let place = try TemporaryFolder()
    let path = place.path(of: "status.json")
    for text in [nil, "", #"{"state": "asleep", "step": 1}"#, #"{"state": "done"}"#] {
      if let text { try place.write(Array(text.utf8), to: "status.json") }
      let failure = #expect(throws: Failure.self) {
        try RunFolder.read(RunStatus.self, from: path)
      }
      #expect(failure?.kind == .data && failure?.message.contains(path) == true)
    }
  }
}
