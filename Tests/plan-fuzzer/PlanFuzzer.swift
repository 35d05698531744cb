import Foundation
import Plans
import TestSupport

/// Runs random plans, each in one process and again elsewhere.
///
/// That is on other ranks and threads, with other sharding, rounds, kernels and fusions. Every file
/// and every row of metrics must be the same.
///
/// Arguments: PROGRAM [PLANS [SEED [FIRST]]]; FIRST is the number of the first plan, so that one
/// alone can be run again. Exit codes: 0 no difference, 1 some, 64 wrong usage.
@main
struct PlanFuzzer {
  private let program: String
  private let seed: UInt64
  private let data: TemporaryFolder
  private var counts: [Int32: Int] = [:]

  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    let numbers = words.dropFirst().map { UInt64($0) }
    guard (1...4).contains(words.count), !numbers.contains(nil) else {
      print("usage: plan-fuzzer PROGRAM [PLANS [SEED [FIRST]]]")
      exit(64)
    }
    let given = numbers.compactMap { $0 } + [10, 1, 0].dropFirst(numbers.count)
    do {
      var fuzzer = try PlanFuzzer(words[0], seed: given[1])
      try fuzzer.run(Int(given[2])..<Int(given[2] + given[0]))
    } catch {
      print("plan-fuzzer: \((error as? Complaint)?.text ?? "\(error)")")
      exit(1)
    }
  }

  private init(_ program: String, seed: UInt64) throws {
    // Few images: an epoch is a handful of steps.
    self.program = URL(filePath: program).absoluteURL.path
    (self.seed, data) = (seed, try cifarFolder(train: 60, test: 40))
  }

  private mutating func run(_ numbers: Range<Int>) throws {
    var different = 0
    for number in numbers {
      var dice = Dice(seed: seed, number: number)
      let drawn = try DrawnPlan(data: data.path, &dice)
      let places = [Place.alone, Place.drawn(for: drawn.plan, &dice)]
      let outcomes = try places.map { try outcome(of: drawn, at: $0) }
      let differences = Outcome.differences(outcomes[0], outcomes[1])
      counts[outcomes[0].status, default: 0] += 1
      let verdict = differences.isEmpty ? "same     " : "DIFFERENT"
      print("\(verdict) \(number)  exit \(outcomes[0].status)  \(places[1].description)")
      print("            train \(drawn.words.joined(separator: " "))")
      if !differences.isEmpty {
        different += 1
        print("            differ: \(differences.joined(separator: ", "))")
      }
      fflush(nil)
    }
    let kinds = counts.sorted { $0.key < $1.key }.map { "\($0.value) ended with \($0.key)" }
    print("\(numbers.count) plans, \(different) different (\(kinds.joined(separator: ", ")))")
    exit(different == 0 ? 0 : 1)
  }

  private func outcome(of drawn: DrawnPlan, at place: Place) throws -> Outcome {
    let folder = try TemporaryFolder()
    let output = folder.path(of: "run")
    let words =
      ["train", "--data", data.path, "--output", output, "--quiet", "--json"] + drawn.words
      + place.settings.flatMap { flags($0) }
    let job = try spawn(program, words, ranks: place.ranks, seconds: 300)
    let expected: Set<Int32> = drawn.isRefused ? [0, 64, 70] : [0, 70]
    if job.timedOut || !expected.contains(job.status) {
      print("ended with \(job.status)\(job.timedOut ? ", out of time" : ""): \(job.stderr)")
    }
    return try Outcome(job, folder: output)
  }
}
