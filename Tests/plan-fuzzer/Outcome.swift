import Foundation
import TestSupport

/// What a run left, less what may differ between places.
struct Outcome {
  /// What can be compared, by name: the exit code, what was printed, and every file.
  let facts: [String: Data]
  /// The exit code.
  let status: Int32

  /// Keys of the files and of the summary that tell of time and place.
  private static let placeKeys: Set<String> = [
    "launch", "started", "updated", "ended", "host", "hosts", "pid", "ranks", "threads", "seconds",
    "images_per_s", "output", "blas", "blas_cores", "kernel_level", "fusions_off", "arena_bytes",
    "optimizer_state_bytes", "slowest_rank", "slowest_host", "rank_s_max", "rank_s_p50",
    "rank_s_p95", "sessions",
  ]

  /// Reads what `job` left in `folder`.
  init(_ job: Spawned, folder: String) throws {
    status = job.status
    var facts = ["exit code": Data("\(job.status)".utf8)]
    if job.status == 0 { facts["summary"] = Self.withoutPlace(object: job.stdout) }
    // What a refusal says; other lines tell of the place.
    let sentences = job.stderr.split(separator: "\n").filter { $0.hasPrefix("adamw-ddp: ") }
    if let last = sentences.last {
      facts["sentence"] = Data(last.replacing(folder, with: "FOLDER").utf8)
    }
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    // Checkpoints are of a place: a file a node, when the clock said so. What they hold, digests.csv says.
    for name in names where !name.hasPrefix("checkpoints") {
      let path = "\(folder)/\(name)"
      // Nil for a folder.
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      facts[name] = Self.withoutPlace(data, name)
    }
    self.facts = facts
  }

  /// The names of what differs between two, in order.
  static func differences(_ a: Outcome, _ b: Outcome) -> [String] {
    Set(a.facts.keys).union(b.facts.keys).filter { a.facts[$0] != b.facts[$0] }.sorted()
  }

  private static func withoutPlace(_ data: Data, _ name: String) -> Data {
    let text = String(decoding: data, as: UTF8.self)
    switch name {
    case "plan.yaml":
      let lines = text.split(separator: "\n").filter { line in
        !Place.fields.contains(String(line.prefix { $0 != ":" }))
      }
      return Data(lines.joined(separator: "\n").utf8)
    case "run.json", "status.json": return withoutPlace(lines: text)
    case "metrics.jsonl":
      return text.split(separator: "\n").reduce(into: Data()) {
        $0 += withoutPlace(object: String($1))
      }
    case "metrics.csv": return withoutPlace(table: text)
    default: return data
    }
  }

  /// An object with a key a line, values perhaps on several.
  private static func withoutPlace(lines text: String) -> Data {
    var kept: [Substring] = []
    var isKept = true
    for line in text.split(separator: "\n") {
      if line.hasPrefix("  \"") {
        isKept = !placeKeys.contains(String(line.dropFirst(3).prefix { $0 != "\"" }))
      }
      // The last value has no comma behind it.
      if isKept { kept.append(line.hasSuffix(",") ? line.dropLast() : line) }
    }
    return Data(kept.joined(separator: "\n").utf8)
  }

  /// An object on one line, as text: a parser would round the last digits.
  private static func withoutPlace(object text: String) -> Data {
    let values = placeKeys.joined(separator: "|")
    let pattern = try? Regex("\"(\(values))\" *: *(\"[^\"]*\"|[^,}\"]*),?")
    return Data((pattern.map { text.replacing($0, with: "") } ?? text).utf8)
  }

  private static func withoutPlace(table text: String) -> Data {
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let kept = (rows.first ?? []).indices.filter { !placeKeys.contains(String(rows[0][$0])) }
    let lines = rows.map { row in
      kept.filter { $0 < row.count }.map { row[$0] }.joined(separator: ",")
    }
    return Data(lines.joined(separator: "\n").utf8)
  }
}
