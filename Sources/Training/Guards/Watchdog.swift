import Collectives
import DataParallel
import Glibc
import Synchronization
import Tensors

/// Ends the job when this rank has been in a section of its run for longer than it may, saying
/// where: a launcher never notices a rank that hangs, and the others wait for it for ever.
///
/// A thread of each rank looks at the team's clock. It takes no lock and allocates nothing, since
/// the rest of its process may hang in any place. All ranks that wait are late together; one that
/// knows whom they wait for, or else the lowest, speaks first, and the launcher ends the others
/// before they do. A process that is stopped itself, by a signal or with its machine, is not late
/// for that.
public final class Watchdog {
  /// What becomes of a rank that is late; the sentence has no line's end.
  ///
  /// It does not return where it ends the process.
  package typealias End = @Sendable (_ sentence: UnsafeBufferPointer<UInt8>) -> Void

  private let look: Look
  private let lastWords: LastWords
  private var threads: [SystemThread] = []
  /// Why it does not watch.
  private var failure: Failure?

  /// Watches `clock` from now on until it is let go.
  ///
  /// It waits for nobody, so that it can watch the first words between ranks; `tick` are seconds
  /// between two looks.
  package init(
    _ clock: SectionClock,
    _ deadlines: SectionDeadlines,
    _ communicator: any Communicator,
    tick: Double = 0.25,
    end: End? = nil
  ) {
    let lastWords = LastWords()
    let look = Look(
      clock,
      deadlines,
      sentence: LateSentence(rank: communicator.rank, hosts: communicator.hosts),
      rank: communicator.rank,
      // A short deadline is looked at more often.
      tick: Int(min(tick, max(0.01, deadlines.shortest / 8)) * 1e9),
      end: end ?? { lastWords.end(saying: $0) }
    )
    (self.look, self.lastWords) = (look, lastWords)
    do {
      try start(stackBytes: 256 << 10) { look.run() }
      try start(stackBytes: 1 << 20) { lastWords.run() }
    } catch {
      failure = error
    }
  }

  deinit {
    look.wakeup.call()
    lastWords.leave()
    for thread in threads { thread.join() }
  }

  /// Gets to know the other ranks of this host, to name one that is stopped; every rank calls it.
  ///
  /// Throws `Failure` (.launch) on all ranks where one does not watch, or a rank is lost.
  package func meet(_ communicator: any Communicator) throws {
    try communicator.together { if let failure { throw failure } }
    look.know(try StoppedRank.others(communicator))
  }

  private func start(stackBytes: Int, _ work: @escaping @Sendable () -> Void) throws(Failure) {
    do {
      threads.append(try SystemThread(stackBytes: stackBytes, getsSignals: false, work))
    } catch {
      throw Failure(
        .launch,
        "the thread that watches the run cannot be started: \(systemReason(error.code)) (ulimit -u)."
      )
    }
  }

  /// Has the file `path`, a run's status.json, say why the job was ended, where it can be written.
  package func records(in path: String) { lastWords.path = path }
}

/// The thread that looks.
private final class Look: @unchecked Sendable {
  let wakeup = Wakeup()
  private let clock: SectionClock
  private let deadlines: SectionDeadlines
  /// Written once, before `knowsOthers`.
  private var others: [StoppedRank] = []
  private let knowsOthers = Atomic(false)
  private let sentence: LateSentence
  private let rank: Int
  private let end: Watchdog.End
  private var watch: SectionWatch

  init(
    _ clock: SectionClock,
    _ deadlines: SectionDeadlines,
    sentence: LateSentence,
    rank: Int,
    tick: Int,
    end: @escaping Watchdog.End
  ) {
    (self.clock, self.deadlines) = (clock, deadlines)
    (self.sentence, self.rank, self.end) = (sentence, rank, end)
    watch = SectionWatch(tick: tick)
  }

  func know(_ ranks: [StoppedRank]) {
    others = ranks
    knowsOthers.store(true, ordering: .releasing)
  }

  func run() {
    var before = LoopRecorder.now
    while !wakeup.sleep(nanoseconds: watch.tick) {
      let (time, reading) = (LoopRecorder.now, clock.now)
      let taken = watch.look(reading, elapsed: time - before)
      before = time
      guard let deadline = deadline(of: reading), taken > deadline else { continue }
      let stopped =
        knowsOthers.load(ordering: .acquiring) ? others.first { $0.isStopped } : nil
      if stopped == nil { _ = wakeup.sleep(nanoseconds: Self.patience(of: rank)) }
      // It may have gone on meanwhile, or back from what is timed by itself.
      let now = clock.now
      guard now.outermostSince == reading.outermostSince,
        SectionDeadlines.Kind(now) == SectionDeadlines.Kind(reading), !wakeup.isCalled
      else { continue }
      end(
        sentence.make(
          reading,
          innermost: watch.innermost,
          deadline: deadline,
          stopped: stopped?.words
        )
      )
      return
    }
  }

  private func deadline(of reading: SectionClock.Reading) -> Int? {
    deadlines.nanoseconds(of: SectionDeadlines.Kind(reading)) { [clock] in
      clock.usual($0.rawValue)
    }
  }

  /// Nanoseconds for which a rank lets others speak first: mpirun ends a job two seconds after the
  /// first of its ranks.
  private static func patience(of rank: Int) -> Int { 300_000_000 + 2_500_000_000 * min(rank, 2) }
}
