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
  private func evaluation(_ correct: Int) -> EvaluationPair {
    EvaluationPair(
      weights: EvaluationResult(loss: 1, correct: correct, correct5: nil, count: 130)
    )
  }

  /// An interrupted course is no other than one that went through.
  @Test func aCourseGoesOnFromItsText() throws {
    var (straight, interrupted) = (EvaluationCourse(), EvaluationCourse())
    for (i, correct) in [7, 5, 9, 9, 3, 10, 10].enumerated() {
      let text = try JSONEncoder().encode(interrupted)
      interrupted = try JSONDecoder().decode(EvaluationCourse.self, from: text)
      let isBest = straight.take(evaluation(correct), on: .test, step: i, epoch: i + 1)
      let isBestAgain = interrupted.take(evaluation(correct), on: .test, step: i, epoch: i + 1)
      #expect(isBestAgain == isBest)
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
    let first = try JSONFile.read(RunStatus.self, from: path)
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
    _ = course.take(evaluation(90), on: .val, step: 3, epoch: 1)
    let best = try #require(course.best)
    try keep(.best(best), after: 3)
    try keep(.snapshot(epoch: 2), after: 6)
    #expect(progress.kept.best == best)
    #expect(progress.kept.snapshots == [SnapshotFile.name(epoch: 2)])
    #expect(try SnapshotFile.names(in: folder.path) == progress.kept.snapshots)
    let second = try JSONFile.read(RunStatus.self, from: path)
    #expect(second.state == .running && second.step == 6 && second.started == first.started)
    #expect(second.best == best && second.snapshots == progress.kept.snapshots)
    #expect(second.modelSHA256 == nil)

    // A run that goes on knows what the one before it kept.
    let text = try JSONEncoder().encode(progress)
    progress = try JSONDecoder().decode(RunProgress.self, from: text)
    try keep(.snapshot(epoch: 6), after: 18)
    progress.step = 19
    try writer.write(.failed, progress, message: "the disk is full.")
    let read = try JSONFile.read(RunStatus.self, from: path)
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
    progress.test = evaluation(65)
    try writer.keep(parameters, as: .last, progress)
    try writer.write(.done, progress)
    var digest = SHA256()
    try Data(contentsOf: URL(filePath: folder.file(ModelFile.name))).withUnsafeBytes {
      digest.update($0)
    }
    let read = try JSONFile.read(RunStatus.self, from: folder.file(RunStatus.name))
    #expect(read.modelSHA256 == digest.hexadecimal && read.ended != nil)
    #expect(read.test?.accuracy == 0.5 && read.test?.loss == 1 && read.val == nil)
  }

  /// What is best by the test images is none to use; an average that still holds the first weights
  /// neither.
  @Test func theModelToUseIsNamed() throws {
    func best(on split: EvaluationSplit, ofAverage: Bool = false) throws -> KeptModel {
      var course = EvaluationCourse()
      var evaluations = evaluation(90)
      if ofAverage { evaluations.average = evaluations.weights }
      _ = course.take(evaluations, on: split, step: 3, epoch: 1)
      return .best(try #require(course.best))
    }
    let (warm, cold) = (KeptModel.average(isWarm: true), KeptModel.average(isWarm: false))
    let (snapshot, later) = (KeptModel.snapshot(epoch: 2), KeptModel.snapshot(epoch: 6))
    for (models, expected, midway) in [
      ([.last], ModelFile.name, nil), ([.last, warm], ModelFile.averageName, nil),
      ([.last, cold], ModelFile.name, nil),
      ([try best(on: .val), .last, warm], ModelFile.bestName, nil),
      ([try best(on: .val, ofAverage: true), .last, warm], ModelFile.bestName, nil),
      ([try best(on: .val, ofAverage: true), .last, cold], ModelFile.name, nil),
      ([try best(on: .test), .last, warm], ModelFile.averageName, nil),
      ([try best(on: .test), .last], ModelFile.name, nil),
      ([snapshot, .last, warm], snapshot.name, snapshot.name),
      ([snapshot, later, .last], later.name, later.name),
      ([try best(on: .val), snapshot, .last], ModelFile.bestName, snapshot.name),
    ] as [([KeptModel], String, String?)] {
      var kept = KeptModels()
      for model in models { kept.add(model) }
      #expect(kept.recommended(.done) == expected, "\(models)")
      for state in [RunState.running, .diverged, .failed] {
        #expect(kept.recommended(state) == midway, "\(models)")
      }
      let text = try JSONEncoder().encode(kept)
      #expect(try JSONDecoder().decode(KeptModels.self, from: text) == kept)
    }
  }

  @Test func aDamagedStatusIsNamed() throws {
    let place = try TemporaryFolder()
    let path = place.path(of: "status.json")
    for text in [nil, "", #"{"state": "asleep", "step": 1}"#, #"{"state": "done"}"#] {
      if let text { try place.write(Array(text.utf8), to: "status.json") }
      let failure = #expect(throws: Failure.self) {
        try JSONFile.read(RunStatus.self, from: path)
      }
      #expect(failure?.kind == .data && failure?.message.contains(path) == true)
    }
  }
}
