import Synchronization

/// In which section of which step the calling thread of a team is, since when, and how long each
/// section took in the step and takes usually: always on.
///
/// A watchdog reads `now` and `usual` from another thread; a profile is a `recorder` that notes
/// every section and loop. A section costs two looks at the clock and allocates nothing.
public final class SectionClock: @unchecked Sendable {
  /// Where a thread is, and since when.
  public struct Reading: Hashable, Sendable {
    /// The section's label, that of the innermost where they lie in each other; 0 between sections.
    public let section: Int
    /// The label of the outermost section; 0 between sections.
    public let outermost: Int
    /// The 0-based step that was begun last; -1 before the first.
    public let step: Int
    /// When the section was entered, or the last one in it was left, in nanoseconds of
    /// `LoopRecorder.now`.
    public let since: Int
    /// When the outermost section was entered or left.
    public let outermostSince: Int

    /// A reading, as a clock would have given it.
    package init(section: Int, outermost: Int, step: Int, since: Int, outermostSince: Int) {
      (self.section, self.outermost, self.step) = (section, outermost, step)
      (self.since, self.outermostSince) = (since, outermostSince)
    }
  }

  /// Sections there may be: their labels are -1 to -`sections`.
  public static let sections = 16

  /// Notes sections and loops where a profile is wanted; set before running.
  public var recorder: LoopRecorder?
  private let section = Atomic(0)
  private let outermost = Atomic(0)
  private let step = Atomic(-1)
  private let since = Atomic(0)
  private let outermostSince = Atomic(0)
  private let nanoseconds: UnsafeMutablePointer<Int>
  private let usuals: UnsafeMutablePointer<Atomic<Int>>

  /// A clock before the first step.
  public init() {
    nanoseconds = .allocate(capacity: Self.sections)
    nanoseconds.initialize(repeating: 0, count: Self.sections)
    usuals = .allocate(capacity: Self.sections)
    for label in 0..<Self.sections { (usuals + label).initialize(to: Atomic(0)) }
  }

  deinit {
    nanoseconds.deallocate()
    usuals.deinitialize(count: Self.sections)
    usuals.deallocate()
  }

  /// Where the thread is now; any thread may ask, and gets sections and times that may be of some
  /// that follow each other.
  public var now: Reading {
    Reading(
      section: section.load(ordering: .acquiring),
      outermost: outermost.load(ordering: .acquiring),
      step: step.load(ordering: .relaxed),
      since: since.load(ordering: .relaxed),
      outermostSince: outermostSince.load(ordering: .relaxed)
    )
  }

  /// Nanoseconds spent in a section since the step began, those of sections inside it included; for
  /// the thread itself.
  public func spent(in label: Int) -> Int { nanoseconds[-label - 1] }

  /// Nanoseconds that a section takes usually, a mean in which the last eight weigh most; 0 before
  /// its first end.
  ///
  /// Any thread may ask.
  public func usual(_ label: Int) -> Int { usuals[-label - 1].load(ordering: .relaxed) }

  /// Takes up a step, numbered from 0: times start anew.
  public func begin(step number: Int) {
    step.store(number, ordering: .relaxed)
    recorder?.step = number
    nanoseconds.update(repeating: 0, count: Self.sections)
  }

  /// Runs `body` as the section called `label`, from -1 down; `isRecorded` says whether a profile
  /// shows it.
  public func measure<T>(
    _ label: Int,
    isRecorded: Bool,
    _ body: () throws -> T
  ) rethrows -> T {
    precondition((1...Self.sections).contains(-label), "there is no section \(label)")
    let outer = section.load(ordering: .relaxed)
    let slot = isRecorded ? recorder?.enter(label) : nil
    let begin = LoopRecorder.now
    enter(label, at: begin, from: outer)
    defer {
      let end = LoopRecorder.now
      leave(label, at: end, to: outer, after: end - begin)
      if let slot { recorder?.leave(slot, label, begin: begin, end: end) }
    }
    return try body()
  }

  private func enter(_ label: Int, at begin: Int, from outer: Int) {
    since.store(begin, ordering: .relaxed)
    if outer == 0 {
      outermostSince.store(begin, ordering: .relaxed)
      outermost.store(label, ordering: .releasing)
    }
    section.store(label, ordering: .releasing)
  }

  private func leave(_ label: Int, at end: Int, to outer: Int, after taken: Int) {
    nanoseconds[-label - 1] += taken
    let usual = usuals + (-label - 1)
    let before = usual.pointee.load(ordering: .relaxed)
    let after = before == 0 ? max(1, taken) : before + (taken - before) / 8
    usual.pointee.store(after, ordering: .relaxed)
    since.store(end, ordering: .relaxed)
    if outer == 0 {
      outermostSince.store(end, ordering: .relaxed)
      outermost.store(0, ordering: .releasing)
    }
    section.store(outer, ordering: .releasing)
  }
}
