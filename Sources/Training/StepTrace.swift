import Checkpoints
import Collectives
import DataParallel
import Foundation
import Networks
import Plans
import Runs
import Tensors

/// A few steps of all ranks as a Chrome trace, the JSON that Perfetto and chrome://tracing open: a
/// process for each rank, a row for each thread.
///
/// Ranks of one host share a clock. Those of other hosts are moved so that the ranks left a barrier
/// at the same time, which is right to about the time of a message.
public enum StepTrace {
  /// One line of the trace, in the format's own names.
  struct Event: Codable {
    var name: String
    /// "X": a begin and a duration; "M": a name.
    var ph = "X"
    /// Microseconds.
    var ts: Double?
    var dur: Double?
    /// Rank and member.
    var pid: Int
    var tid = 0
    var args: [String: String]?
  }

  private struct File: Codable {
    let traceEvents: [Event]
    let displayTimeUnit: String
  }

  /// Throws `Failure`: .usage for a run that ends before the steps that are recorded or a trace in
  /// the place of another file, .file where it could not be written.
  ///
  /// `output` is the run's folder, which may still have to be made, and all that lies in it; `data`
  /// is where the images lie.
  static func admit(_ path: String, steps: Int, output: String?, data: String) throws {
    let recorded = TrainingPlan.profiledSteps
    guard steps >= recorded.lowerBound else {
      throw Failure(
        .usage,
        "--profile \(path) records steps \(recorded.lowerBound) to \(recorded.upperBound), and "
          + "this run takes \(steps)."
      )
    }
    try SideFile.admit(path, flag: "profile", run: output, isNew: true, data: data)
  }

  /// Gathers what the ranks have recorded into one file, which rank 0 writes; every rank calls it.
  ///
  /// Throws `Failure`: .file on all ranks where it cannot be written, .launch when a rank is lost.
  public static func write(
    _ recorder: LoopRecorder,
    stageNames: [StageName],
    _ communicator: any Communicator,
    to path: String
  ) throws {
    let offset = try clockOffset(communicator)
    // Member 0's first interval is the first of all.
    let first = recorder.interval(0, member: 0).begin + offset
    let origin = try communicator.allGather([first]).map { $0[0] }.min() ?? first
    let rank = communicator.rank
    var own = names(recorder, rank: rank)
    own += events(recorder, stageNames, rank: rank, shift: offset - origin)
    let all = try gather(own, communicator)
    try communicator.together {
      guard rank == 0 else { return }
      let file = File(traceEvents: all, displayTimeUnit: "ms")
      try AtomicFile.write(try JSONEncoder().encode(file), to: path)
    }
  }

  /// The name of a label.
  static func name(_ label: Int, _ stageNames: [StageName]) -> String {
    StepSection(rawValue: label)?.name ?? stageNames[label].kernel
  }

  /// What stands beside the rows.
  private static func names(_ recorder: LoopRecorder, rank: Int) -> [Event] {
    var events = [
      Event(name: "process_name", ph: "M", pid: rank, args: ["name": "rank \(rank)"])
    ]
    if recorder.isFull {
      let labels = ["labels": "incomplete: the recorder's memory was full"]
      events.append(Event(name: "process_labels", ph: "M", pid: rank, args: labels))
    }
    return events
      + (0..<recorder.members).map {
        Event(name: "thread_name", ph: "M", pid: rank, tid: $0, args: ["name": "thread \($0)"])
      }
  }

  private static func events(
    _ recorder: LoopRecorder,
    _ stageNames: [StageName],
    rank: Int,
    shift: Int
  ) -> [Event] {
    (0..<recorder.count).flatMap { index in
      (0..<recorder.members).compactMap { member in
        let interval = recorder.interval(index, member: member)
        guard interval.end > 0 else { return nil }
        let entry = recorder[index]
        var details = ["step": "\(entry.step + 1)"]
        if entry.label >= 0 { details["layer"] = stageNames[entry.label].layer }
        return Event(
          name: name(entry.label, stageNames),
          ts: Double(interval.begin + shift) / 1000,
          dur: Double(interval.length) / 1000,
          pid: rank,
          tid: member,
          args: details
        )
      }
    }
  }

  /// What to add to this rank's clock to read rank 0's.
  private static func clockOffset(_ communicator: any Communicator) throws -> Int {
    // The second finds all ranks waiting.
    try communicator.barrier()
    try communicator.barrier()
    let clocks = try communicator.allGather([LoopRecorder.now]).map { $0[0] }
    let hosts = communicator.hosts
    return clocks[0] - clocks[hosts.firstIndex(of: hosts[communicator.rank]) ?? 0]
  }

  /// All ranks' events on rank 0; one rank at a time, so that no other holds them all.
  private static func gather(_ own: [Event], _ communicator: any Communicator) throws -> [Event] {
    let text = try JSONEncoder().encode(own)
    let sizes = try communicator.allGather([text.count]).map { $0[0] }
    var all = communicator.rank == 0 ? own : []
    for other in 1..<max(1, communicator.size) {
      var bytes = other == communicator.rank ? text : Data(count: sizes[other])
      try bytes.withUnsafeMutableBytes { try communicator.broadcast($0, root: other) }
      if communicator.rank == 0 { all += try JSONDecoder().decode([Event].self, from: bytes) }
    }
    return all
  }
}
