import Glibc

/// When each member of a team ran its part of each loop, in memory made beforehand.
///
/// A team without one pays a test for nil. Recording allocates nothing; when the memory is full it
/// stops and says so in `isFull`. Times are nanoseconds of CLOCK_MONOTONIC, which is one clock for
/// all processes of a host and no other.
public final class LoopRecorder: @unchecked Sendable {
  /// A begin and an end; both 0 for a member that had no part.
  public struct Interval: Sendable {
    /// The begin.
    public var begin = 0
    /// The end.
    public var end = 0

    /// Nanoseconds between the two.
    public var length: Int { end - begin }
  }

  /// What happened under one label: a loop of the team, or a part of the program on member 0.
  public struct Entry: Sendable {
    /// What the caller called it.
    public let label: Int
    /// Whether the team shared it; if not, only member 0 has an interval.
    public let isLoop: Bool
    /// When member 0 went on: after the others, in a loop.
    public let finish: Int
    /// The 0-based step it belongs to.
    public let step: Int
  }

  /// Members of the team.
  public let members: Int
  /// Entries there is memory for.
  public let capacity: Int
  /// Entries so far.
  public private(set) var count = 0
  /// Whether something was left out because the memory was full.
  public private(set) var isFull = false
  /// Whether loops are recorded now; false at first.
  public var isOn = false
  /// What the next loop is called.
  public var label = 0
  /// The 0-based step to which entries belong from now on.
  public var step = 0

  private let entries: UnsafeMutablePointer<Entry>
  private let intervals: UnsafeMutablePointer<Interval>
  /// By member, nanoseconds in each part of the loop that runs.
  private let shares: UnsafeMutablePointer<Int>

  /// A recorder with memory for `capacity` entries of a team of `members`.
  public init(members: Int, capacity: Int) {
    (self.members, self.capacity) = (members, capacity)
    entries = .allocate(capacity: max(1, capacity))
    entries.initialize(
      repeating: Entry(label: 0, isLoop: false, finish: 0, step: 0),
      count: capacity
    )
    intervals = .allocate(capacity: max(1, capacity * members))
    intervals.initialize(repeating: Interval(), count: capacity * members)
    shares = .allocate(capacity: members * Self.maximumParts)
    shares.initialize(repeating: 0, count: members * Self.maximumParts)
  }

  deinit {
    entries.deallocate()
    intervals.deallocate()
    shares.deallocate()
  }

  /// Nanoseconds of the clock.
  public static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// Forgets all entries.
  public func clear() {
    intervals.update(repeating: Interval(), count: count * members)
    (count, isFull) = (0, false)
  }

  /// An entry, in the order of the begins.
  public subscript(index: Int) -> Entry { entries[index] }

  /// When a member ran its part of an entry.
  public func interval(_ index: Int, member: Int) -> Interval {
    intervals[index * members + member]
  }

  /// Runs `body` on member 0 as an entry called `label`; loops inside are called so too.
  public func measure<T>(_ label: Int, _ body: () throws -> T) rethrows -> T {
    guard let slot = enter(label) else { return try body() }
    let begin = Self.now
    defer { leave(slot, label, begin: begin, end: Self.now) }
    return try body()
  }

  /// Begins an entry of member 0 called `label`, which loops inside are called too; nil when it is
  /// not to be recorded.
  func enter(_ label: Int) -> UnsafeMutablePointer<Interval>? {
    guard let slot = take() else { return nil }
    self.label = label
    return slot
  }

  /// Ends it.
  func leave(_ slot: UnsafeMutablePointer<Interval>, _ label: Int, begin: Int, end: Int) {
    slot.pointee = Interval(begin: begin, end: end)
    close(slot, label, isLoop: false)
  }

  /// The members' intervals of the next loop; nil when it is not to be recorded.
  func take() -> UnsafeMutablePointer<Interval>? {
    guard isOn else { return nil }
    guard count < capacity else {
      isFull = true
      return nil
    }
    count += 1
    return intervals + (count - 1) * members
  }

  /// The most parts of a loop.
  private static let maximumParts = 32

  /// Calls `body` for a part of the loop that `member` is in, and counts its time.
  public func count(part: Int, member: Int, _ body: () -> Void) {
    let begin = Self.now
    body()
    if part < Self.maximumParts {
      shares[member * Self.maximumParts + part] += Self.now - begin
    }
  }

  /// Makes the last entry, a loop that was counted in `parts`, into an entry for each part, called
  /// `label`, `label` + 1, ….
  ///
  /// A member ran the parts by turns; here they lie behind each other, as long as they took
  /// together.
  public func split(into parts: Int, label: Int) {
    defer { shares.update(repeating: 0, count: members * Self.maximumParts) }
    guard isOn, parts <= Self.maximumParts, count > 0, count + parts - 1 <= capacity else { return }
    let first = count - 1
    let finish = entries[first].finish
    count += parts - 1
    for member in 0..<members {
      var begin = intervals[first * members + member].begin
      for part in 0..<parts {
        let end = begin + shares[member * Self.maximumParts + part]
        intervals[(first + part) * members + member] = Interval(begin: begin, end: end)
        begin = end
      }
    }
    for part in 0..<parts {
      let last = intervals[(first + part) * members].end
      entries[first + part] = Entry(
        label: label + part,
        isLoop: true,
        finish: part == parts - 1 ? finish : last,
        step: step
      )
    }
  }

  /// Notes what the entry of these intervals was.
  func close(_ slot: UnsafeMutablePointer<Interval>, _ label: Int, isLoop: Bool) {
    entries[(slot - intervals) / members] = Entry(
      label: label,
      isLoop: isLoop,
      finish: Self.now,
      step: step
    )
  }
}
