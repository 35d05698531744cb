import Collectives
import DataParallel
import Foundation
import Kernels
import Networks
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// What --profile writes, of ranks in process.
struct StepTraceTests {
  /// The events of a trace, which must be JSON.
  private func events(_ path: String) throws -> [[String: Any]] {
    try #require(try json(path)["traceEvents"] as? [[String: Any]])
  }

  private func run(
    ranks: Int,
    threads: Int,
    steps: Int? = nil,
    rounds: Int = 1,
    _ look: (_ events: [[String: Any]], _ folder: String) throws -> Void
  ) throws {
    let (data, outputs) = (try cifarFolder(train: 160), try TemporaryFolder())
    var plan = runPlan(data: data.path, output: outputs.path(of: "run"))
    (plan.threads, plan.steps, plan.profile) = (threads, steps, outputs.path(of: "trace.json"))
    if rounds > 1 {
      (plan.accumulate, plan.batchNorm, plan.allowSmallBatchNorm) = (rounds, .lane, true)
    }
    _ = try execute(plan, ranks: ranks)
    try look(try events(outputs.path(of: "trace.json")), outputs.path(of: "run"))
  }

  @Test(arguments: [(1, 1), (1, 3), (2, 1), (3, 2)])
  func everyRankAndThreadHasItsEvents(ranks: Int, threads: Int) throws {
    let source = smallSource()
    let stages = try stageNames(try smallCNN(source))
    let known = Set(stages.map(\.kernel) + StepSection.allCases.map(\.name))
    let layers = Dictionary(grouping: stages, by: \.kernel).mapValues { Set($0.map(\.layer)) }
    try run(ranks: ranks, threads: threads) { events, _ in
      for rank in 0..<ranks {
        for thread in 0..<threads {
          let own = events.filter {
            $0["ph"] as? String == "X" && $0["pid"] as? Int == rank && $0["tid"] as? Int == thread
          }
          #expect(!own.isEmpty, "rank \(rank), thread \(thread)")
          for event in own {
            #expect(known.contains(event["name"] as? String ?? ""), "\(event)")
            let (begin, length) = (event["ts"] as? Double, event["dur"] as? Double)
            #expect(begin ?? -1 >= 0 && length ?? -1 >= 0, "\(event)")
            let details = event["args"] as? [String: String] ?? [:]
            #expect(["3", "4", "5", "6"].contains(details["step"]), "\(event)")
            let layer = layers[event["name"] as? String ?? ""]
            #expect(layer == nil || layer?.contains(details["layer"] ?? "") == true, "\(event)")
          }
        }
        #expect(events.count { $0["name"] as? String == "step" && $0["pid"] as? Int == rank } == 4)
      }
      let names = events.filter { $0["ph"] as? String == "M" }
        .compactMap { ($0["args"] as? [String: Any])?["name"] as? String }
      let ranksNamed = (0..<ranks).map { "rank \($0)" }
      let threadsNamed = (0..<ranks).flatMap { _ in (0..<threads).map { "thread \($0)" } }
      #expect(names.sorted() == (ranksNamed + threadsNamed).sorted())
    }
  }

  /// What lies inside a step does not overlap, and fills it but for what is between the loops.
  @Test func aStepsEventsFillIt() throws {
    try run(ranks: 1, threads: 1) { events, _ in
      func times(_ event: [String: Any]) -> (begin: Double, end: Double) {
        let begin = event["ts"] as? Double ?? 0
        return (begin, begin + (event["dur"] as? Double ?? 0))
      }
      let timed = events.filter { $0["ph"] as? String == "X" }
      let names = Set(StepSection.allCases.map(\.name))
      for step in timed.filter({ $0["name"] as? String == "step" }).map(times) {
        let stages = timed.filter { !names.contains($0["name"] as? String ?? "") }.map(times)
          .filter { $0.begin >= step.begin && $0.begin < step.end }
        #expect(stages.count > 20)
        // Microseconds are written with decimals that JSON rounds.
        for (a, b) in zip(stages, stages.dropFirst()) { #expect(a.end <= b.begin + 0.01) }
        #expect(stages.allSatisfy { $0.end <= step.end + 0.01 })
        let inside = stages.reduce(0) { $0 + $1.end - $1.begin }
        #expect(inside > (step.end - step.begin) / 4)
      }
    }
  }

  @Test func aShortRunGivesTheStepsItHas() throws {
    try run(ranks: 2, threads: 1, steps: 4) { events, _ in
      #expect(events.count { $0["name"] as? String == "step" } == 4)
    }
  }

  /// Right after the last step that it shows: a long run need not be waited for, nor end well.
  @Test(arguments: [1, 3])
  func itIsWrittenRightAfterItsSteps(ranks: Int) throws {
    let (source, place) = (smallSource(), try TemporaryFolder())
    let path = place.path(of: "trace.json")
    var plan = smallPlan(batch: 40, steps: 8)
    (plan.epochs, plan.profile) = (4, path)
    let all = try ThreadWorld.run(ranks: ranks) { [plan] c in
      var seen: [Int] = []
      let watcher = StepWatcher { if try FileStatus(path) != nil { seen.append($0.step) } }
      _ = try trainer(plan, tinyModel(source), source, c).run(watcher)
      return seen
    }
    #expect(all == Array(repeating: [6, 7, 8], count: ranks))
  }

  /// A step in rounds has every kernel once a round, and the recorder has room for all of them.
  @Test(arguments: [1, 3])
  func everyRoundHasItsEvents(rounds: Int) throws {
    try run(ranks: 1, threads: 1, steps: 4, rounds: rounds) { events, _ in
      let names = events.compactMap { $0["name"] as? String }
      #expect(!names.contains("process_labels"))
      let steps = names.count { $0 == "step" }
      #expect(steps == 2 && names.count { $0 == "cross-entropy" } == steps * rounds)
    }
  }

  @Test func aRunThatEndsBeforeIsRefused() throws {
    let (data, outputs) = (try cifarFolder(), try TemporaryFolder())
    var plan = runPlan(data: data.path, output: outputs.path(of: "run"))
    (plan.steps, plan.profile) = (2, outputs.path(of: "trace.json"))
    let refused = try failures(ranks: 2) { [plan] c in
      _ = try execute(plan, on: c)
    }
    for failure in refused {
      #expect(failure?.kind == .usage && failure?.message.contains("--profile") == true)
    }
    #expect(!FileManager.default.fileExists(atPath: outputs.path(of: "run")))
  }

  /// The trace changes no bit.
  @Test func theModelIsTheSame() throws {
    let data = try cifarFolder(train: 160)
    let outputs = try TemporaryFolder()
    var digests: Set<String> = []
    for profile in [nil, outputs.path(of: "trace.json")] {
      var plan = runPlan(data: data.path, output: outputs.path(of: "run-\(profile != nil)"))
      plan.profile = profile
      digests.formUnion(try execute(plan, ranks: 2).map(\.digest))
    }
    #expect(digests.count == 1)
  }

  private func stageNames(_ model: Model) throws -> [StageName] {
    let rig = NetworkRig(
      model,
      .init(count: model.layout.count),
      lanes: 8,
      fullBatch: 16,
      mode: .training(.lanes(8))
    )
    return rig.network.stageNames
  }
}
