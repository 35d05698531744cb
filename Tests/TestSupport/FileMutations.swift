import Foundation
import Tensors

/// Damaged copies of a file: what a disk, a broken copy or an enemy makes of it.
///
/// The first ones cut it off at, before and behind every boundary and put extreme numbers there;
/// the others follow from their number alone: bits flipped, bytes set, runs lost, doubled or
/// swapped, mostly near a boundary, and rubbish behind the end.
public struct FileMutations: Sendable {
  /// The undamaged bytes.
  public let bytes: [UInt8]
  /// Where a header or a part of it begins or ends; others than 0 and the end.
  public let boundaries: [Int]
  /// How many there are, at least 200.
  public let count: Int

  private static let extremes: [[UInt8]] = [
    [0xff], [0x80], [0x00], [0x7f], [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f],
    [0x80, 0x00, 0x00, 0x00], [0x00, 0x00, 0x00, 0x80],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], Array(repeating: 0xff, count: 8),
    Array(repeating: 0x00, count: 8),
  ]

  /// Where the file is cut off.
  private let cuts: [Int]

  /// Mutations of `bytes`, which has parts at `boundaries`; of those that follow from their number
  /// alone there are `count`.
  public init(of bytes: [UInt8], boundaries: [Int], count: Int = 200) {
    precondition(!bytes.isEmpty, "nothing to damage")
    let inside = boundaries.filter { (1..<bytes.count).contains($0) }
    (self.bytes, self.boundaries) = (bytes, inside)
    cuts = Set(([0, bytes.count] + inside).flatMap { [$0 - 1, $0, $0 + 1] })
      .filter { (0..<bytes.count).contains($0) }.sorted()
    self.count = cuts.count + (inside.count + 1) * Self.extremes.count + count
  }

  /// What is done to the file, and the bytes that come of it.
  public func mutation(_ number: Int) -> (name: String, bytes: [UInt8]) {
    if number < cuts.count { return ("cut at \(cuts[number])", Array(bytes[..<cuts[number]])) }
    let place = number - cuts.count
    let starts = [0] + boundaries
    if place < starts.count * Self.extremes.count {
      let (boundary, which) = place.quotientAndRemainder(dividingBy: Self.extremes.count)
      return overwritten(at: starts[boundary], with: Self.extremes[which])
    }
    return drawn(place)
  }

  private func overwritten(at start: Int, with new: [UInt8]) -> (name: String, bytes: [UInt8]) {
    let end = min(start + new.count, bytes.count)
    let copy = bytes[..<start] + new[..<(end - start)] + bytes[end...]
    return ("\(new) at \(start)", Array(copy))
  }

  private func drawn(_ number: Int) -> (name: String, bytes: [UInt8]) {
    let draws = Philox.block(key: [14, 0], counter: [UInt32(number), 0, 0, 0])
    func place(_ draw: UInt32) -> Int {
      // Three of four near a boundary or the beginning, where formats have their numbers.
      if draw % 4 == 0 { return Int(draw / 4) % bytes.count }
      let near = ([0] + boundaries)[Int(draw / 4) % (boundaries.count + 1)]
      return min(max(0, near + Int(draw / 256 % 32) - 8), bytes.count - 1)
    }
    let (first, second) = (place(draws.x), place(draws.y))
    let length = min(1 + Int(draws.z % 24), bytes.count - max(first, second))
    var copy = bytes
    switch number % 6 {
    case 0:
      for (at, bit) in [(first, draws.z % 8), (second, draws.w % 8)].prefix(1 + number / 6 % 2) {
        copy[at] ^= 1 << bit
      }
      return ("bits flipped at \(first) or \(second)", copy)
    case 1:
      return overwritten(at: first, with: Self.extremes[Int(draws.w) % Self.extremes.count])
    case 2:
      copy.removeSubrange(first..<first + length)
      return ("\(length) bytes lost at \(first)", copy)
    case 3:
      copy.insert(contentsOf: bytes[second..<second + length], at: first)
      return ("\(length) bytes of \(second) put in at \(first)", copy)
    case 4:
      for offset in 0..<length { copy[first + offset] = bytes[second + offset] }
      return ("\(length) bytes of \(second) over those at \(first)", copy)
    default:
      copy += (0..<length).map { UInt8(truncatingIfNeeded: draws.w >> UInt32($0 % 24)) }
      return ("\(length) bytes behind the end", copy)
    }
  }
}

/// Opens every mutation of a file, written to `path`, by `open`, which also reads what it opened.
///
/// Returns how many were refused and how many could be read. Throws a `ContractViolation` where
/// one is refused by another error than a `.data` failure that names the file, as `name` where that
/// is another than `path`.
public func openMutations(
  _ mutations: FileMutations,
  at path: String,
  named name: String? = nil,
  open: () throws -> Void
) throws -> (refused: Int, read: Int) {
  var counts = (refused: 0, read: 0)
  for number in 0..<mutations.count {
    let mutation = mutations.mutation(number)
    try Data(mutation.bytes).write(to: URL(filePath: path))
    do {
      try open()
      counts.read += 1
    } catch let error {
      guard let failure = error as? Failure, failure.kind == .data,
        failure.message.contains(name ?? path)
      else {
        throw ContractViolation("mutation \(number), \(mutation.name): \(error)")
      }
      counts.refused += 1
    }
  }
  return counts
}
