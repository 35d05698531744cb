import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing

struct ThreadTeamTests {
  private static let sizes = [1, 2, 3, 8]

  /// Runs `body` on a thread that ends: a team pins the thread that makes it.
  private func onOwnThread<T: Sendable>(_ body: @escaping @Sendable () -> T) -> T? {
    let result = Mutex<T?>(nil)
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      let value = body()
      result.withLock { $0 = value }
      done.signal()
    }
    thread.start()
    done.wait()
    return result.withLock { $0 }
  }

  /// How often each item ran, and who ran it last.
  private final class Tally {
    let counts: UnsafeMutablePointer<Int>
    let members: UnsafeMutablePointer<Int>
    let capacity: Int

    init(_ capacity: Int) {
      self.capacity = capacity
      counts = .allocate(capacity: capacity)
      members = .allocate(capacity: capacity)
      counts.initialize(repeating: 0, count: capacity)
      members.initialize(repeating: -1, count: capacity)
    }

    deinit {
      counts.deallocate()
      members.deallocate()
    }

    func record(_ item: Int, _ member: Int) {
      counts[item] += 1
      members[item] = member
    }

    func count(_ items: Int) -> [Int] { Array(UnsafeBufferPointer(start: counts, count: items)) }
    func who(_ items: Int) -> [Int] { Array(UnsafeBufferPointer(start: members, count: items)) }
  }

  @Test(arguments: sizes)
  func everyItemRunsOnceAndAlwaysOnTheSameMember(size: Int) {
    let team = threadTeam(size: size)
    #expect(team.size == size)
    for items in [0, 1, 2, 3, 7, 8, 9, 100] {
      let tally = Tally(100)
      team.run(items) { tally.record($0, $1) }
      #expect(tally.count(100) == (0..<100).map { $0 < items ? 1 : 0 })
      let owners = tally.who(items)
      #expect(owners == owners.sorted() && owners.allSatisfy { (0..<size).contains($0) })
      for _ in 0..<20 {
        team.run(items) { tally.record($0, $1) }
        #expect(tally.who(items) == owners)
      }
      #expect(tally.count(items).allSatisfy { $0 == 21 })
    }
  }

  /// With more items than members nobody is idle, and shares differ by one at most.
  @Test(arguments: sizes)
  func sharesAreEven(size: Int) {
    let tally = Tally(50)
    threadTeam(size: size).run(50) { tally.record($0, $1) }
    let shares = (0..<size).map { member in tally.who(50).filter { $0 == member }.count }
    #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1)
  }

  /// What is computed again is computed by somebody else.
  @Test(arguments: sizes)
  func aRotatedTeamMovesEveryItem(size: Int) {
    let team = threadTeam(size: size)
    for items in [0, 1, 2, 3, 7, 100] {
      let (usual, moved) = (Tally(100), Tally(100))
      team.run(items) { usual.record($0, $1) }
      team.rotation = 1
      team.run(items) { moved.record($0, $1) }
      team.rotation = 0
      #expect(moved.count(100) == usual.count(100))
      let (before, after) = (usual.who(items), moved.who(items))
      #expect(size == 1 || zip(before, after).allSatisfy { $0 != $1 })
    }
  }

  /// Loops that read what the loop before wrote on other members.
  @Test(arguments: sizes)
  func thousandsOfLoopsSeeOneAnothersResults(size: Int) {
    let team = threadTeam(size: size)
    let items = 16
    let values = UnsafeMutablePointer<Int>.allocate(capacity: 2 * items)
    defer { values.deallocate() }
    values.initialize(repeating: 0, count: 2 * items)
    for round in 0..<4000 {
      let (from, to) = (values + round % 2 * items, values + (1 - round % 2) * items)
      team.run(items) { item, _ in to[item] = from[(item + 5) % items] + 1 }
    }
    #expect((0..<items).allSatisfy { values[$0] == 4000 })
  }

  /// After long pauses everybody is asleep and must be woken.
  @Test func membersWakeUpAgain() {
    let team = threadTeam(size: 3)
    let tally = Tally(9)
    for _ in 0..<5 {
      usleep(20_000)
      team.run(9) { item, member in
        // The last member is late, so that the caller sleeps too.
        if member == 2 { usleep(5000) }
        tally.record(item, member)
      }
    }
    #expect(tally.count(9).allSatisfy { $0 == 5 })
  }

  /// The masks under which each member of a team on these cores has run.
  private func masks(size: Int, cores: [Int]) -> [Int: Set<[Int]>]? {
    onOwnThread {
      let masks = Mutex([Int: Set<[Int]>]())
      let team = threadTeam(size: size, cores: cores)
      for _ in 0..<50 {
        team.run(2 * size) { _, member in
          let here = affinityMask()
          masks.withLock { _ = $0[member, default: []].insert(here) }
        }
      }
      return masks.withLock { $0 }
    }
  }

  /// Pinned to cores of their own, or all to one core where spinning cannot help.
  @Test(arguments: [(1, false), (2, false), (3, true), (8, true)])
  func membersRunOnTheirCores(size: Int, shareOneCore: Bool) {
    let mask = affinityMask()
    let distinct = Array(mask.prefix(size))
    let cores =
      shareOneCore || distinct.count < size
      ? Array(repeating: mask[0], count: size) : distinct
    let expected = Dictionary(uniqueKeysWithValues: (0..<size).map { ($0, Set([[cores[$0]]])) })
    #expect(masks(size: size, cores: cores) == expected)
    // The thread that ran this test is as free as before.
    #expect(affinityMask() == mask)
  }

  @Test func tooFewCoresPinNobody() {
    let mask = affinityMask()
    let size = mask.count + 1
    let expected = Dictionary(uniqueKeysWithValues: (0..<size).map { ($0, Set([mask])) })
    #expect(masks(size: size, cores: mask) == expected)
  }

  @Test(arguments: sizes)
  func everyMemberIsPreparedOnce(size: Int) {
    let threads = Mutex<[UInt]>([])
    let team = threadTeam(size: size) {
      threads.withLock { $0.append(UInt(pthread_self())) }
    }
    // Members prepare themselves before they take work; a loop over all of them waits for that.
    let workers = Mutex<[UInt]>([])
    team.run(size) { _, _ in workers.withLock { $0.append(UInt(pthread_self())) } }
    #expect(threads.withLock { $0.sorted() } == workers.withLock { $0.sorted() })
    #expect(Set(threads.withLock { $0 }).count == size)
  }
}
