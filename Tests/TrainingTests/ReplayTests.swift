import Checkpoints
import Collectives
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// A run that is computed again elsewhere has the digests that it has logged, or it is said where
/// the two part.
@Suite(.serialized)
struct ReplayTests {
  /// A run of six steps whose checkpoints after the second, fourth and last are kept.
  private struct Past {
    let data: TemporaryFolder
    let place: TemporaryFolder
    var path: String { place.path(of: "run") }
    var log: String { "\(path)/\(DigestLog.name)" }

    init(ranks: Int = 2, _ change: (inout TrainingPlan) -> Void = { _ in }) throws {
      (data, place) = (try cifarFolder(test: 20), try TemporaryFolder())
      var plan = runPlan(data: data.path, output: place.path(of: "run"))
      (plan.checkpointEvery, plan.keepEvery, plan.averageDecay) = (2, 2, 0.9)
      change(&plan)
      _ = try execute(plan, ranks: ranks)
    }

    /// Goes on with it from the checkpoint after `step` steps, with another plan.
    func goOn(from step: Int, _ change: (inout TrainingPlan) -> Void) throws {
      var plan = TrainingPlan()
      try PlanFile.apply(record: path, to: &plan)
      (plan.output, plan.threads, plan.noPin, plan.steps) = (path, 1, true, nil)
      change(&plan)
      let (changed, request) = (
        plan, ResumeRequest(folder: path, step: step, mayBegin: false, allowedChanges: ["lr"])
      )
      _ = try ThreadWorld.run(ranks: 2) { try execute(changed, on: $0, resume: request) }
    }

    /// Replaces text in digests.csv.
    func edit(_ change: (inout [String]) -> Void) throws {
      var lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(
        String.init
      )
      change(&lines)
      try (lines.joined(separator: "\n") + "\n").write(
        toFile: log,
        atomically: true,
        encoding: .utf8
      )
    }

    /// Its files, as bytes, by name.
    var files: [String: Data] {
      let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
      return names.reduce(into: [:]) {
        $0[$1] = FileManager.default.contents(atPath: "\(path)/\($1)")
      }
    }
  }

  private func replay(
    _ past: Past,
    from: Int? = nil,
    to: Int? = nil,
    ranks: Int = 3,
    data: String? = nil
  ) throws -> ReplayResult {
    let request = ReplayRequest(
      run: past.path,
      from: from,
      to: to,
      data: data,
      threads: 1,
      noPin: true
    )
    let results = try ThreadWorld.run(ranks: ranks) { try Replay.execute(request, $0) }
    for other in results {
      #expect(other.compared == results[0].compared && other.sentence == results[0].sentence)
    }
    return results[0]
  }

  @Test func anyStretchAgreesOnAnyRanksAndNothingIsWritten() throws {
    let past = try Past()
    let files = past.files
    for (from, to, ranks, start, compared) in [
      (nil, nil, 1, 2, 5), (nil, nil, 3, 2, 5), (0, nil, 2, 0, 7), (3, 5, 8, 2, 4), (4, 4, 1, 4, 1),
      (1, 3, 3, 0, 4), (nil, 3, 1, 2, 2),
    ] as [(Int?, Int?, Int, Int, Int)] {
      let result = try replay(past, from: from, to: to, ranks: ranks)
      #expect(result.agrees, "\(result.sentence)")
      #expect(result.from == start && result.compared == compared && result.warnings.isEmpty)
      #expect(result.to == to ?? 6 && result.ranks == ranks)
    }
    #expect(past.files == files)
  }

  @Test(
    arguments: [
      { plan in
        (plan.schedule, plan.restartEpochs, plan.restartMomentum) = (.warmRestarts, 1, .reset)
        (plan.rule, plan.digestEvery) = ("swats", 2)
      },
      { plan in (plan.earlyStop, plan.saveBest, plan.zero, plan.valFraction) = (1, true, 0, 0.3) },
    ] as [@Sendable (inout TrainingPlan) -> Void]
  )
  func whatARunRemembersIsThere(change: @Sendable (inout TrainingPlan) -> Void) throws {
    let past = try Past(ranks: 3, change)
    for from in [0, nil] {
      let result = try replay(past, from: from)
      #expect(result.agrees, "\(result.sentence)")
    }
  }

  @Test func aChangedLineIsFound() throws {
    let past = try Past()
    try past.edit { $0[6] = $0[6].replacing(/,[0-9a-f]{16},/, with: ",0123456789abcdef,") }
    let result = try replay(past)
    #expect(result.parting?.step == 5 && result.parting?.differing == nil && result.compared == 4)
    #expect(
      result.sentence.hasPrefix(
        "steps 2 to 6 of \(past.path) are not as they were: they part at step 5, whose digest was "
          + "0123456789abcdef and is "
      )
    )
    // What lies before it, or behind it from a later checkpoint, agrees.
    #expect(try replay(past, to: 4).agrees)
    #expect(try replay(past, from: 6).agrees)
  }

  /// A checkpoint of that step says that the log was changed, not the run.
  @Test func aCheckpointSaysWhatDiffers() throws {
    let past = try Past()
    try past.edit { $0[5] = $0[5].replacing(/,[0-9a-f]{16},/, with: ",0123456789abcdef,") }
    let result = try replay(past)
    #expect(result.parting?.step == 4 && result.parting?.differing == [])
    let start = try replay(past, from: 4).sentence
    #expect(start.contains("the state that it began with, after step 4, whose digest was 0123"))
    #expect(
      result.sentence.hasSuffix("; its checkpoint is as the replay is, so digests.csv was changed.")
    )
  }

  /// A stretch is replayed with the plan that it had; none goes over a change, and it is said which
  /// there are.
  @Test func aPlanThatChanged() throws {
    let past = try Past { $0.steps = 4 }
    func refusal(from: Int?, to: Int?) throws -> String {
      let failure = #expect(throws: Failure.self) { try replay(past, from: from, to: to) }
      #expect(failure?.kind == .usage)
      return failure?.message ?? ""
    }
    try past.goOn(from: 4) { $0.learningRate = 0.01 }
    for (from, to, notes) in [(0, 4, 1), (2, 3, 1), (4, nil, 0), (nil, 4, 1), (6, nil, 0)]
      as [(Int?, Int?, Int)]
    {
      let result = try replay(past, from: from, to: to)
      #expect(result.agrees && result.warnings.count == notes, "\(result.sentence)")
    }
    #expect(
      try refusal(from: nil, to: nil) == "\(past.path) went on after step 4 with --lr 0.001 (now "
        + "0.01), so that steps 2 to 6 were not trained by one plan: give --to 4 or --from 4."
    )
    #expect(try refusal(from: 0, to: 5).hasSuffix("give --to 4 or --from 4."))
    // A session that a later one went back behind is no part of the run any more.
    try past.goOn(from: 2) { $0.learningRate = 0.02 }
    #expect(try refusal(from: 0, to: 6).hasSuffix("give --to 2 or --from 2."))
    #expect(try replay(past, from: 2).agrees && replay(past, from: 0, to: 2).agrees)
    try past.goOn(from: 2) { $0.learningRate = 0.001 }
    #expect(try replay(past, from: 0).agrees)
  }

  /// A run that went on with another plan is another from there on: so are its checkpoints.
  @Test func tensorsThatDifferAreNamed() throws {
    let (past, other) = (try Past(), try Past { $0.seed = 2 })
    for name in ["step-00000004", "step-00000006"] {
      let folder = "\(CheckpointFolder.name)/\(name)"
      try FileManager.default.removeItem(atPath: "\(past.path)/\(folder)")
      try FileManager.default.copyItem(
        atPath: "\(other.path)/\(folder)",
        toPath: "\(past.path)/\(folder)"
      )
    }
    let lines = try String(contentsOfFile: other.log, encoding: .utf8).split(separator: "\n")
    try past.edit { for row in 5...7 { $0[row] = String(lines[row]) } }
    let result = try replay(past, to: 5)
    #expect(result.parting?.step == 4)
    let names = try #require(result.parting?.differing)
    #expect(
      names.contains("parameter of conv1.weight") && names.contains("first_moment of fc.weight")
    )
    #expect(result.sentence.contains("; its checkpoint has another "))
  }

  /// Equal states, but what led to them is told otherwise.
  @Test func aChangedChainIsFound() throws {
    let past = try Past()
    try past.edit { $0[4] = $0[4].replacing(/[0-9a-f]{16}$/, with: "0123456789abcdef") }
    let result = try replay(past)
    #expect(result.parting?.step == 3)
    #expect(result.sentence.contains("the state after step 3 agrees, but not the chain"))
  }

  @Test func aRunThatDivergedHereOnlyIsNoAgreement() throws {
    let past = try Past { $0.learningRate = 1e30 }
    let steps = try DigestLog.rows(of: past.log).count
    #expect(try replay(past, from: 0).agrees)
    try past.edit { $0.append("\(steps),0123456789abcdef,0123456789abcdef") }
    let result = try replay(past, from: 0)
    #expect(result.parting?.step == steps && result.parting?.computed == nil)
    #expect(result.sentence.contains("a loss or gradient of step \(steps) is not finite here"))
  }

  @Test func whatCannotBeReplayedIsRefused() throws {
    let past = try Past()
    func refusal(_ kind: Failure.Kind, _ words: String, _ body: () throws -> Void) {
      let failure = #expect(throws: Failure.self) { try body() }
      #expect(
        failure?.kind == kind && failure?.message.contains(words) == true,
        "\(failure?.message ?? "")"
      )
    }
    refusal(.usage, "--to 7: the last digest in") { _ = try replay(past, to: 7) }
    refusal(.usage, "--from 5 is behind --to 4") { _ = try replay(past, from: 5, to: 4) }
    refusal(.usage, "9 ranks cannot share the run's 8 lanes") { _ = try replay(past, ranks: 9) }
    let others = try cifarFolder(train: 61, test: 20)
    refusal(.data, "are others than those of") { _ = try replay(past, data: others.path) }
    // A bit of the checkpoint that it begins at.
    let part = "\(past.path)/\(CheckpointFolder.name)/step-00000002/\(CheckpointFolder.part(0))"
    var bytes = Array(try Data(contentsOf: URL(filePath: part)))
    bytes[bytes.count / 2] ^= 16
    try Data(bytes).write(to: URL(filePath: part))
    refusal(.data, "is damaged") { _ = try replay(past) }
    #expect(try replay(past, from: 4).agrees && replay(past, from: 0).agrees)
    unlink(past.log)
    refusal(.data, "was trained without digests") { _ = try replay(past) }
  }
}
