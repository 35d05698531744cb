import DataParallel
import Tensors

/// What is said of a rank that is late, put together without allocating: the thread that says it
/// must come through when the others hang.
package final class LateSentence: @unchecked Sendable {
  private let place: [UInt8]
  /// By section.
  private let names: [[UInt8]]
  /// Whether other ranks may be what it waits for.
  private let hasOthers: Bool
  private let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)
  private var count = 0

  /// A sentence of a rank of `hosts`.
  package init(rank: Int, hosts: [String]) {
    place = Array(hosts.count > 1 ? "rank \(rank) on \(hosts[rank]): ".utf8 : "".utf8)
    names = (0...SectionClock.sections).map { label in
      Array((StepSection(rawValue: -label)?.name ?? "none").utf8)
    }
    hasOthers = hosts.count > 1
  }

  deinit { bytes.deallocate() }

  /// The sentence without the program's name and without an end of line; valid until the next one.
  ///
  /// `innermost` are nanoseconds in the innermost section, `deadline` those allowed; `stopped` is
  /// the rank that is known to be waited for, as its own words.
  package func make(
    _ reading: SectionClock.Reading,
    innermost: Int,
    deadline: Int,
    stopped: [UInt8]?
  ) -> UnsafeBufferPointer<UInt8> {
    count = 0
    append(place)
    subject(reading)
    append(" takes longer than its deadline of ")
    append(seconds: deadline)
    if reading.section != 0 {
      append(" and has been in section ")
      append(names[-reading.section])
      append(" for ")
      append(seconds: innermost)
    }
    append(": ")
    if let stopped {
      append(stopped)
      append(".")
    } else {
      guess(reading)
      append(" (--deadline SECONDS allows more, 0 any time).")
    }
    return UnsafeBufferPointer(rebasing: bytes[..<count])
  }

  private func subject(_ reading: SectionClock.Reading) {
    switch SectionDeadlines.Kind(reading) {
    case .evaluation where reading.step < 0: append("the evaluation")
    case .evaluation, .lastEvaluation:
      append("the evaluation after step ")
      append(number: reading.step + 1)
    case .save:
      append("saving after step ")
      append(number: reading.step + 1)
    case .step where reading.outermost == 0 && reading.step < 0: append("the start")
    case .step where reading.outermost == 0:
      append("what follows step ")
      append(number: reading.step + 1)
    case .step, .show:
      append("step ")
      append(number: reading.step + 1)
    }
  }

  private func guess(_ reading: SectionClock.Reading) {
    switch StepSection(rawValue: reading.section) {
    case .read: append("the file system of the data may hang")
    case .save:
      append("the file system of the run folder may hang")
      if hasOthers { append(", or another rank be stopped or out of reach") }
    case let section? where (section.waits || section == .audit) && hasOthers:
      append("another rank may be stopped, or its host frozen or out of reach")
    case .evaluate, .lastEvaluation:
      append("the file system of the data may hang")
      if hasOthers { append(", or another rank be stopped or out of reach") }
    case nil:
      append("a file system may hang")
      if hasOthers { append(", or another rank be stopped or out of reach") }
    default: append("its cores may be taken by others")
    }
  }

  private func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private func append(_ other: some Collection<UInt8>) {
    for byte in other where count < bytes.count {
      bytes[count] = byte
      count += 1
    }
  }

  /// "90 s", "2.5 s".
  private func append(seconds nanoseconds: Int) {
    let tenths = (nanoseconds + 50_000_000) / 100_000_000
    append(number: tenths / 10)
    if tenths < 100, tenths % 10 != 0 {
      append(".")
      append(number: tenths % 10)
    }
    append(" s")
  }

  private func append(number: Int) {
    if number >= 10 { append(number: number / 10) }
    guard count < bytes.count else { return }
    bytes[count] = UInt8(48 + number % 10)
    count += 1
  }
}
