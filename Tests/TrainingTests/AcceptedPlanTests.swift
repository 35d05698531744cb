import Collectives
import Foundation
import Plans
import Runs
import Tensors
import TestSupport
import Testing
import Training

/// A run that was let go on with another plan goes on with it by the same line, wherever it was
/// killed, and what was refused has changed nothing.
@Suite(.serialized)
struct AcceptedPlanTests {
  private let data: TemporaryFolder
  private let place: TemporaryFolder

  init() throws { (data, place) = (try cifarFolder(test: 20), try TemporaryFolder()) }

  private var path: String { place.path(of: "run") }

  /// A new run of three of six steps.
  private func begin(_ change: (inout TrainingPlan) -> Void = { _ in }) throws {
    var plan = runPlan(data: data.path, output: path)
    (plan.checkpointEvery, plan.keepEvery, plan.steps) = (1, 1, 3)
    change(&plan)
    _ = try execute(plan, ranks: 2)
  }

  /// What `--resume RUN` with more flags goes on with.
  private func plan(_ change: (inout TrainingPlan) throws -> Void = { _ in }) throws -> TrainingPlan
  {
    var plan = TrainingPlan()
    try PlanFile.apply(record: path, to: &plan)
    (plan.output, plan.threads, plan.noPin) = (path, 1, true)
    try change(&plan)
    return plan
  }

  @discardableResult
  private func goOn(
    _ plan: TrainingPlan,
    step: Int? = nil,
    allowing allowed: Set<String> = []
  ) throws -> RunSummary {
    let request = ResumeRequest(
      folder: path,
      step: step,
      mayBegin: false,
      allowedChanges: allowed
    )
    return try ThreadWorld.run(ranks: 2) { try execute(plan, on: $0, resume: request) }[0]
  }

  private func replay(from: Int, to: Int) throws -> ReplayResult {
    let request = ReplayRequest(run: path, from: from, to: to, threads: 1, noPin: true)
    return try ThreadWorld.run(ranks: 3) { try Replay.execute(request, $0) }[0]
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }

  private func write(_ text: String, _ name: String) throws {
    try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
  }

  /// The step before a checkpoint took its images in the order of the plan that it had, whether the
  /// digest behind it was written in time or not.
  @Test(
    arguments: [
      ("seed", "3"), ("batch-size", "15"), ("train-fraction", "0.5"), ("drop-last", "true"),
    ],
    [false, true]
  )
  func theChainGoesOnInAnotherOrder(_ change: (flag: String, value: String), isLost: Bool) throws {
    // Of the last batch of an epoch, which is short where it is not dropped.
    try begin { $0.batchSize = 25 }
    let before = try text("digests.csv")
    if isLost {
      let lines = before.split(separator: "\n").dropLast()
      try write(lines.joined(separator: "\n") + "\n", "digests.csv")
    }
    let other = try plan { plan in
      try PlanField.named(change.flag)?.assign(change.value, to: &plan)
      (plan.steps, plan.epochs) = (5, 9)
    }
    #expect(try goOn(other, allowing: [change.flag, "epochs"]).steps == 5)
    let after = try text("digests.csv")
    #expect(after.hasPrefix(before) && after.split(separator: "\n").count == 7, "\(after)")
    #expect(try replay(from: 0, to: 3).agrees)
    let rest = try replay(from: 3, to: 5)
    #expect(rest.agrees && rest.from == 3 && rest.compared == 3, "\(rest.sentence)")
  }

  @Test func aRefusedStartChangesNothing() throws {
    try begin()
    let log = try text("digests.csv")
    try write(log.replacing(/\n3,[0-9a-f]{16},/, with: "\n3,0123456789abcdef,"), "digests.csv")
    let names = ["plan.yaml", "run.json", "status.json", "metrics.csv", "digests.csv"]
    let before = try names.map(text)
    let other = try plan { ($0.learningRate, $0.steps) = (0.01, 6) }
    let failure = #expect(throws: Failure.self) { try goOn(other, allowing: ["lr"]) }
    #expect(failure?.kind == .data)
    #expect(failure?.message.contains("the state after step 3 was 0123456789abcdef") == true)
    #expect(try names.map(text) == before)
    try write(log, "digests.csv")
    #expect(try goOn(try plan { $0.steps = 6 }).steps == 6)
  }

  /// What goes away when a run goes back goes before the plan is another.
  @Test func aCheckpointThatCannotGoLeavesThePlan() throws {
    try begin()
    let manifest = CheckpointFolder(ofRun: path).manifest(step: 3)
    try FileManager.default.removeItem(atPath: manifest)
    try FileManager.default.createDirectory(atPath: manifest, withIntermediateDirectories: false)
    let names = ["plan.yaml", "run.json", "metrics.csv", "digests.csv"]
    let before = try names.map(text)
    let other = try plan { $0.learningRate = 0.01 }
    let failure = #expect(throws: Failure.self) { try goOn(other, step: 2, allowing: ["lr"]) }
    #expect(failure?.kind == .file && failure?.message.contains(manifest) == true)
    #expect(try names.map(text) == before)
  }

  /// A start that was let go on otherwise and came to no checkpoint of its own: killed behind each
  /// of the files that it writes, or at its end at once.
  @Test func theSameLineGoesOn() throws {
    try begin()
    let names = ["run.json", "plan.yaml", "status.json"]
    let (before, saved) = (try names.map(text), place.path(of: "saved"))
    let checkpoints = CheckpointFolder(ofRun: path).path
    try FileManager.default.copyItem(atPath: checkpoints, toPath: saved)
    try goOn(try plan { ($0.learningRate, $0.steps) = (0.01, 6) }, allowing: ["lr"])
    let after = try names.map(text)
    for written in 0...3 {
      try FileManager.default.removeItem(atPath: checkpoints)
      try FileManager.default.copyItem(atPath: saved, toPath: checkpoints)
      for (number, name) in names.enumerated() {
        let text = number < written ? after[number] : before[number]
        try write(text.replacing("\"done\"", with: "\"running\""), name)
      }
      let same = try plan { $0.steps = 6 }
      #expect(same.learningRate == (written < 2 ? 0.001 : 0.01))
      #expect(try goOn(same).steps == 6, "\(written)")
      let changes = RunRecord.sessions(in: path).last?.planChanges
      #expect(changes?.map(\.flag) == (written < 2 ? nil : ["lr"]), "\(written)")
      #expect(try replay(from: 0, to: 3).agrees && replay(from: 3, to: 6).agrees, "\(written)")
    }
  }

  /// Only of what was allowed, and is still the run's plan.
  @Test func whatNobodyAllowedIsRefused() throws {
    try begin()
    let yaml = try text("plan.yaml")
    try write(yaml.replacing(/\nlr: .*\n/, with: "\nlr: 0.01\n"), "plan.yaml")
    #expect(throws: Failure.self) { try goOn(try plan()) }
    try write(yaml, "plan.yaml")
    try goOn(try plan { ($0.learningRate, $0.steps) = (0.01, 4) }, allowing: ["lr"])
    try goOn(try plan { ($0.learningRate, $0.steps) = (0.02, 5) }, allowing: ["lr"])
    let failure = #expect(throws: Failure.self) { try goOn(try plan { $0.learningRate = 0.01 }) }
    #expect(failure?.message.contains("--lr 0.02 (now 0.01)") == true, "\(failure?.message ?? "")")
  }

  /// It has ended at once, since it had come further than the shorter plan goes.
  @Test func aRunThatWasShortenedIsOver() throws {
    try begin { $0.steps = 4 }
    try goOn(try plan { $0.epochs = 1 }, allowing: ["epochs"])
    let request = ResumeRequest(folder: path, step: nil, mayBegin: false)
    let plan = try plan()
    #expect(plan.epochs == 1)
    let said = try ThreadWorld.run(ranks: 2) { c in
      try FinishedRun.sentence(request, plan, in: try RunEnvironment(plan, c))
    }
    #expect(said.allSatisfy { $0?.contains("is over: 4 steps") == true }, "\(said)")
    #expect(try goOn(plan).steps == 4)
  }

  /// What changes the arrays of a rule's state, by flag.
  private static let reshaping:
    [(rule: String, flag: String, change: @Sendable (inout TrainingPlan) -> Void)] = [
      ("adamw", "ema", { $0.averageDecay = 0.9 }),
      ("adamw", "amsgrad", { $0.amsgrad = true }),
      ("rmsprop", "centered", { $0.centered = true }),
      ("rmsprop", "momentum", { $0.momentum = 0.9 }),
      ("sgd", "opt", { $0.rule = "sgdw" }),
    ]

  @Test(arguments: reshaping.indices)
  func noStateOfOtherArrays(_ number: Int) throws {
    let (rule, flag, change) = Self.reshaping[number]
    // With and without are the same two, whichever was first.
    for isFirst in [false, true] {
      try begin {
        ($0.rule, $0.steps, $0.overwrite) = (rule, 1, true)
        if isFirst { change(&$0) }
      }
      var other = runPlan(data: data.path, output: path)
      // This one is allowed, and changes no array.
      (other.rule, other.learningRate, other.steps) = (rule, 0.01, 2)
      if !isFirst { change(&other) }
      let failure = #expect(throws: Failure.self) { try goOn(other, allowing: [flag, "lr"]) }
      #expect(failure?.kind == .usage, "\(failure?.message ?? "")")
      #expect(failure?.message.contains("its state goes with no other --\(flag);") == true)
      #expect(failure?.message.contains("--lr") == false, "\(failure?.message ?? "")")
    }
  }

  /// The same constant, where it changes no array.
  @Test func aConstantMayBeAllowed() throws {
    try begin { ($0.rule, $0.momentum, $0.steps) = ("rmsprop", 0.9, 1) }
    let other = try plan { ($0.momentum, $0.steps) = (0.8, 2) }
    #expect(try goOn(other, allowing: ["momentum"]).steps == 2)
  }

  /// The last model of a run that has gone on behind it is none of that run as it is.
  @Test func theModelOfAnEndThatIsNoneIsNotTheRuns() throws {
    try begin()
    #expect(try evaluate(path, ranks: 1)[0].images == 20)
    let (longer, folder) = (try plan { $0.steps = 6 }, path)
    let request = ResumeRequest(folder: path, step: nil, mayBegin: false)
    _ = try ThreadWorld.run(ranks: 2) { c in
      try execute(longer, on: c, stop: StopRequest { StopCause.user1.flags }, resume: request)
    }
    let newest = "\(folder)/checkpoints/step-00000004"
    let gone = #expect(throws: Failure.self) { try evaluate(folder, ranks: 3) }
    #expect(gone?.kind == .data && gone?.message.contains("evaluate \(newest)") == true)
    #expect(try evaluate(newest, ranks: 3)[0].images == 20)
    try FileManager.default.removeItem(atPath: "\(folder)/model.safetensors")
    let none = #expect(throws: Failure.self) { try evaluate(folder, ranks: 1) }
    #expect(none?.message.contains("its newest checkpoint is \(newest)") == true)
    try goOn(try plan())
    #expect(try evaluate(path, ranks: 1)[0].images == 20)
  }
}
