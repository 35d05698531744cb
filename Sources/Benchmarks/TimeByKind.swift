import DataParallel
import Networks
import Tensors

/// Where the time of steps went, by kind of operation, as member 0 saw it.
///
/// A kind is the first part of a kernel's name ("convolution") or a part of the step outside the
/// network. "idle" is waiting for the other threads at the end of a loop, "other" what nothing has
/// noted. Reading samples is left out.
public struct TimeByKind: Sendable {
  /// One kind's part.
  public struct Row: Encodable, Sendable {
    /// Its name.
    public let kind: String
    /// Its part of all time.
    public let percent: Double
    /// Its seconds a step.
    public let seconds: Double
  }

  private var nanoseconds: [String: Int] = [:]
  private var whole = 0
  private var steps = 0

  /// Adds all steps that a recorder holds.
  mutating func add(_ recorder: LoopRecorder, stageNames: [StageName]) {
    for index in 0..<recorder.count {
      let (entry, time) = (recorder[index], recorder.interval(index, member: 0))
      let part = StepSection(rawValue: entry.label)
      if part == .step {
        whole += time.length
        steps += 1
      } else if part == .read {
        if !entry.isLoop { whole -= time.length }
      } else if let part {
        // A loop inside is the part's own.
        if !entry.isLoop { nanoseconds[part.name, default: 0] += time.length }
      } else {
        let kind = stageNames[entry.label].kind
        nanoseconds[kind, default: 0] += time.length
        if entry.isLoop { nanoseconds["idle", default: 0] += entry.finish - time.end }
      }
    }
  }

  /// The kinds, the longest first.
  public var rows: [Row] {
    var all = nanoseconds
    all["other"] = whole - nanoseconds.values.reduce(0, +)
    return all.map { kind, time in
      Row(
        kind: kind,
        percent: 100 * Double(time) / Double(max(1, whole)),
        seconds: Double(time) / Double(max(1, steps)) / 1e9
      )
    }.sorted { ($0.seconds, $1.kind) > ($1.seconds, $0.kind) }
  }
}
