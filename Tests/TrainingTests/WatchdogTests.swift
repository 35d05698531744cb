import Collectives
import DataParallel
import Glibc
import Plans
import Runs
import Synchronization
import Tensors
import Testing
import TestSupport
import Training

/// A rank that hangs is named by those who wait for it, and by itself.
@Suite(.serialized)
struct WatchdogTests {
  /// What was said, by rank.
  private final class Said: Sendable {
    private let sentences = Mutex<[Int: String]>([:])
    func say(_ rank: Int, _ sentence: String) { sentences.withLock { $0[rank] = sentence } }
    var all: [Int: String] { sentences.withLock { $0 } }
  }

  /// Hangs behind a step until the other ranks have said so, or for so many seconds.
  private final class Hanging: TrainingObserver {
    private let ends: () -> Bool
    private let isHanging: Bool

    init(_ isHanging: Bool, until ends: @escaping () -> Bool) {
      (self.isHanging, self.ends) = (isHanging, ends)
    }

    func report(
      _ kind: MetricsRow.Kind,
      _ sums: MetricsSums,
      last: StepMetrics,
      _ skew: RankSkew?
    ) throws {
      guard isHanging, last.step == 2 else { return }
      let begin = ContinuousClock.now
      while !ends(), ContinuousClock.now - begin < .seconds(20) { usleep(1000) }
    }
  }

  /// Trains four steps on ranks of which one hangs behind the second, under watchdogs that only
  /// take down what they would say.
  private func watched(
    ranks: Int,
    hanging: Int,
    deadline: Double,
    until ends:
      @escaping @Sendable (_ said: [Int: String], _ since: ContinuousClock.Instant) -> Bool
  ) throws -> [Int: String] {
    let source = smallSource(train: 80)
    let model = tinyModel(source)
    var plan = smallPlan(batch: 40, steps: 4)
    plan.logEvery = 2
    let said = Said()
    _ = try ThreadWorld.run(ranks: ranks) { [plan] c in
      let environment = try environment(source, c)
      let trainer = try Trainer(plan, model: model, in: environment)
      let rank = c.rank
      let deadlines = SectionDeadlines(step: deadline)
      let watchdog = Watchdog(environment.team.clock, deadlines, c, tick: 0.02) {
        said.say(rank, String(decoding: $0, as: UTF8.self))
      }
      try watchdog.meet(c)
      let begin = ContinuousClock.now
      let observer = Hanging(rank == hanging) { ends(said.all, begin) }
      _ = try withExtendedLifetime(watchdog) { try trainer.run(observer) }
    }
    return said.all
  }

  @Test func thoseWhoWaitSayWhere() throws {
    let said = try watched(ranks: 2, hanging: 1, deadline: 0.3) { said, _ in said[0] != nil }
    let words = try #require(said[0])
    #expect(words.hasPrefix("rank 0 on "), "\(words)")
    #expect(words.contains(": step 3 takes longer than its deadline of 0.3 s and has been in "))
    let sections = StepSection.allCases.filter(\.waits).map { "section \($0.name) for " }
    #expect(sections.contains { words.contains($0) }, "\(words)")
    #expect(words.contains("another rank may be stopped, or its host frozen or out of reach"))
    #expect(words.hasSuffix("(--deadline SECONDS allows more, 0 any time)."), "\(words)")
  }

  @Test func oneThatHangsAloneSaysWhere() throws {
    let said = try watched(ranks: 1, hanging: 0, deadline: 0.3) { said, _ in said[0] != nil }
    #expect(
      said[0] == "what follows step 2 takes longer than its deadline of 0.3 s: a file system may "
        + "hang (--deadline SECONDS allows more, 0 any time)."
    )
  }

  /// The next lowest speaks where the lowest is the one that hangs for ever.
  @Test func theLowestThatCanSpeaks() throws {
    let said = try watched(ranks: 3, hanging: 0, deadline: 0.2) { said, _ in
      said.keys.contains { $0 > 0 }
    }
    #expect(said.keys.contains(0) && said.keys.contains(1) && !said.keys.contains(2), "\(said)")
  }

  /// One that does not come to the first words between ranks: it takes no other to know that.
  @Test func theStartIsWatched() throws {
    let said = Said()
    _ = try ThreadWorld.run(ranks: 2) { c in
      let rank = c.rank
      if rank == 1 { wait { said.all[0] != nil } }
      let watchdog = Watchdog(SectionClock(), SectionDeadlines(step: nil, first: 0.3), c) {
        said.say(rank, String(decoding: $0, as: UTF8.self))
      }
      try watchdog.meet(c)
    }
    let words = try #require(said.all[0])
    #expect(words.hasPrefix("rank 0 on ") && said.all.count == 1, "\(said.all)")
    #expect(
      words.hasSuffix(
        ": the start takes longer than its deadline of 0.3 s: a file system may hang, or another "
          + "rank be stopped or out of reach (--deadline SECONDS allows more, 0 any time)."
      ),
      "\(words)"
    )
  }

  /// One that comes late to an evaluation by itself.
  @Test func anEvaluationIsWatched() throws {
    let (data, place, said) = (try cifarFolder(train: 20), try TemporaryFolder(), Said())
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    plan.steps = 0
    _ = try execute(plan, ranks: 1)
    let path = place.path(of: "run")
    let all = try ThreadWorld.run(ranks: 2) { c in
      let rank = c.rank
      if rank == 1 { wait { said.all[0] != nil } }
      let request = Evaluation.Request(
        path: path,
        data: nil,
        valFraction: nil,
        threads: 1,
        logits: nil,
        deadline: rank == 0 ? 0.2 : 100
      )
      return try Evaluation.execute(request, c) {
        said.say(rank, String(decoding: $0, as: UTF8.self))
      }.accuracy
    }
    #expect(said.all[0]?.contains(" takes longer than its deadline of 0.2 s") == true)
    #expect(said.all.count == 1 && all[0] == all[1])
  }

  /// Waits until `done`, twenty seconds at most.
  private func wait(_ done: () -> Bool) {
    let begin = ContinuousClock.now
    while !done(), ContinuousClock.now - begin < .seconds(20) { usleep(1000) }
  }

  @Test func whoComesInTimeIsNotLate() throws {
    let said = try watched(ranks: 2, hanging: 1, deadline: 5) { _, begin in
      ContinuousClock.now - begin > .seconds(1)
    }
    #expect(said.isEmpty)
  }
}
