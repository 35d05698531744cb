import CPlatform
import Glibc
import Synchronization

/// A fixed team of threads that runs one parallel loop at a time; the calling thread is member 0.
///
/// A member always gets the same contiguous range of items for a given count, so its data stay in
/// its core's cache; results must not depend on who runs an item. Members with cores of their own
/// are pinned, spin briefly between loops and then sleep; members that share cores yield and then
/// sleep. A loop inside a loop is not possible.
public final class ThreadTeam {
  /// The body of a loop: item number and member number.
  public typealias Body = (_ item: Int, _ member: Int) -> Void

  /// Members, the caller included.
  public let size: Int
  /// In which section the caller is.
  public let clock: SectionClock
  private let board: Board
  private var threads: [SystemThread] = []
  /// The error of the system that kept a thread from starting, 0 where there is none.
  private var startError: Int32 = 0
  /// The caller's cores before the team, which it gets back.
  private let before: [Int]

  /// How many members further each member's part of a loop goes: another thread computes it.
  ///
  /// 0 but where something is computed again; set between loops.
  public var rotation = 0

  /// What notes when each member runs its part of a loop; set before running.
  public var recorder: LoopRecorder? {
    get { clock.recorder }
    set { clock.recorder = newValue }
  }

  /// Bytes of each member's stack but the caller's, whatever `ulimit -s` says; whole ranks run on
  /// half of it in `ThreadWorld`.
  public static let stackBytes = 2 << 20

  /// A team of `size - 1` new threads and the caller; throws `Failure` (.launch) where the system
  /// refuses a thread.
  ///
  /// With as many `cores` as members each is pinned to its own, the caller last; with none, nobody
  /// is pinned.
  ///
  /// `prepare` runs once on every member, the caller included, before any loop.
  public static func start(
    size: Int,
    cores: [Int] = [],
    clock: SectionClock = SectionClock(),
    prepare: @escaping @Sendable () -> Void = {}
  ) throws(Failure) -> ThreadTeam {
    let team = ThreadTeam(starting: size, cores, clock, prepare)
    if team.startError == 0 { return team }
    throw Failure(
      .launch,
      "only \(team.threads.count + 1) of \(size) threads can be started: "
        + "\(systemReason(team.startError)) (ulimit -u, or the limit of tasks of a container): raise "
        + "it or take fewer --threads."
    )
  }

  private init(
    starting size: Int,
    _ cores: [Int],
    _ clock: SectionClock,
    _ prepare: @escaping @Sendable () -> Void
  ) {
    precondition(size > 0, "a team needs a member")
    (self.size, self.clock) = (size, clock)
    before = cores.isEmpty ? [] : affinityMask()
    let pinned = cores.count >= size
    board = Board(pinned: pinned)
    for number in 1..<max(size, 1) {
      let member = Member(
        number: number,
        size: size,
        core: pinned ? cores[number] : nil,
        board: board,
        prepare: prepare
      )
      do {
        threads.append(try SystemThread(stackBytes: Self.stackBytes) { member.run() })
      } catch {
        startError = error.code
        return
      }
    }
    // Last, because a thread inherits the mask of its maker.
    if pinned { pin([cores[0]]) }
    prepare()
  }

  deinit {
    board.start(Job(count: 0, body: nil))
    for thread in threads { thread.join() }
    board.free()
    if !before.isEmpty { pin(before) }
  }

  /// Calls `body` once for every item below `count` and returns when all are done.
  ///
  /// `body` is a closure made beforehand: the call itself allocates nothing.
  public func run(_ count: Int, _ body: @escaping Body) {
    guard let recorder = clock.recorder, let intervals = recorder.take() else {
      run(Job(count: count, body: body, rotation: rotation))
      return
    }
    let label = recorder.label
    run(Job(count: count, body: body, rotation: rotation, intervals: intervals))
    recorder.close(intervals, label, isLoop: true)
  }

  private func run(_ job: Job) {
    if size == 1 || job.count <= 1 && rotation == 0 {
      job.run(member: 0, of: 1)
      return
    }
    board.pending.pointee.store(UInt32(size - 1), ordering: .relaxed)
    board.start(job)
    job.run(member: 0, of: size)
    board.wait(board.pending) { $0 == 0 }
    board.job.pointee.body = nil
  }

  private struct Job {
    var count: Int
    var body: Body?
    var rotation = 0
    var intervals: UnsafeMutablePointer<LoopRecorder.Interval>?

    func run(member: Int, of members: Int) {
      guard let body else { return }
      if let intervals { intervals[member].begin = LoopRecorder.now }
      if count == 1 {
        // The caller's where nothing is moved, whatever the parts are.
        if member == rotation % members { body(0, member) }
      } else {
        let part = (member + rotation) % members
        for item in count * part / members..<count * (part + 1) / members { body(item, member) }
      }
      if let intervals { intervals[member].end = LoopRecorder.now }
    }
  }

  /// What the members share.
  ///
  /// The words lie outside any object because futex needs their addresses, each on lines of its
  /// own.
  private struct Board: @unchecked Sendable {
    typealias Word = UnsafeMutablePointer<Atomic<UInt32>>
    let round: Word
    let pending: Word
    let asleep: Word
    let job = UnsafeMutablePointer<Job>.allocate(capacity: 1)
    let pinned: Bool

    init(pinned: Bool) {
      self.pinned = pinned
      let lines = UnsafeMutableRawPointer.allocate(byteCount: 3 * 128, alignment: 128)
      func word(_ line: Int) -> Word {
        let word = (lines + 128 * line).bindMemory(to: Atomic<UInt32>.self, capacity: 1)
        word.initialize(to: Atomic(0))
        return word
      }
      (round, pending, asleep) = (word(0), word(1), word(2))
      job.initialize(to: Job(count: 0, body: nil))
    }

    func free() {
      job.deinitialize(count: 1)
      job.deallocate()
      UnsafeMutableRawPointer(round).deallocate()
    }

    func start(_ next: Job) {
      job.pointee = next
      round.pointee.add(1, ordering: .sequentiallyConsistent)
      wake(round)
    }

    func wake(_ word: Word) {
      if asleep.pointee.load(ordering: .sequentiallyConsistent) > 0 { platform_wake(word, .max) }
    }

    /// Returns when `done` holds for the word.
    ///
    /// Announcing sleep before the last look makes `wake` free while all are awake.
    func wait(_ word: Word, until done: (UInt32) -> Bool) {
      var tries = 0
      while true {
        let value = word.pointee.load(ordering: .sequentiallyConsistent)
        if done(value) { return }
        tries += 1
        if pinned && tries <= 20_000 {
          platform_pause()
        } else if !pinned && tries <= 20 {
          sched_yield()
        } else {
          asleep.pointee.add(1, ordering: .sequentiallyConsistent)
          platform_wait(word, value)
          asleep.pointee.subtract(1, ordering: .sequentiallyConsistent)
        }
      }
    }
  }

  private final class Member: Sendable {
    let number: Int
    let size: Int
    let core: Int?
    let board: Board
    let prepare: @Sendable () -> Void

    init(
      number: Int,
      size: Int,
      core: Int?,
      board: Board,
      prepare: @escaping @Sendable () -> Void
    ) {
      (self.number, self.size, self.core) = (number, size, core)
      (self.board, self.prepare) = (board, prepare)
    }

    func run() {
      if let core { pin([core]) }
      prepare()
      var round: UInt32 = 0
      while true {
        board.wait(board.round) { $0 != round }
        round &+= 1
        let job = board.job.pointee
        if job.body == nil { return }
        job.run(member: number, of: size)
        if board.pending.pointee.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 {
          board.wake(board.pending)
        }
      }
    }
  }
}
