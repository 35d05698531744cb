import Synchronization

/// In which section of which step the calling thread of a team is, since when, and how long each
/// section took in the step: always on.
///
/// A watchdog reads `now` from another thread; a profile is a `recorder` that notes every section
/// and loop. A section costs two looks at the clock and allocates nothing.
public final class SectionClock: @unchecked Sendable {
  /// Where a thread is, and since when.
  public struct Reading: Hashable, Sendable {
    /// The section's label; 0 between sections.
    public let section: Int
    /// The 0-based step that was begun last; -1 before the first.
    public let step: Int
    /// When the section was entered, in nanoseconds of `LoopRecorder.now`.
    public let since: Int
  }

  /// Sections there may be: their labels are -1 to -`sections`.
  public static let sections = 16

  /// Notes sections and loops where a profile is wanted; set before running.
  public var recorder: LoopRecorder?
  private let section = Atomic(0)
  private let step = Atomic(-1)
  private let since = Atomic(0)
  private let nanoseconds: UnsafeMutablePointer<Int>

  /// A clock before the first step.
  public init() {
    nanoseconds = .allocate(capacity: Self.sections)
    nanoseconds.initialize(repeating: 0, count: Self.sections)
  }

  deinit { nanoseconds.deallocate() }

  /// Where the thread is now; any thread may ask, and gets a section and a time that may be of two
  /// sections that follow each other.
  public var now: Reading {
    Reading(
      section: section.load(ordering: .acquiring),
      step: step.load(ordering: .relaxed),
      since: since.load(ordering: .relaxed)
    )
  }

  /// Nanoseconds spent in a section since the step began, those of sections inside it included; for
  /// the thread itself.
  public func spent(in label: Int) -> Int { nanoseconds[-label - 1] }

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
    since.store(begin, ordering: .relaxed)
    section.store(label, ordering: .releasing)
    defer {
      let end = LoopRecorder.now
      nanoseconds[-label - 1] += end - begin
      since.store(end, ordering: .relaxed)
      section.store(outer, ordering: .releasing)
      if let slot { recorder?.leave(slot, label, begin: begin, end: end) }
    }
    return try body()
  }
}
