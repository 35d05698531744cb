import Checkpoints
import Collectives
import Foundation
import Tensors

/// Writes the state of a run to disk while the run goes on; one on each rank.
///
/// Each rank copies its pieces and writes them in a thread of its own, into its node's file. That
/// all of them are done the ranks learn from the step's small reduction; then they tell each other
/// what they have written, and rank 0, again in a thread of its own, gives the files their names
/// and writes the manifest. Until that is on disk the checkpoint does not exist, and the ones
/// before it stay.
package final class CheckpointWriter {
  /// The step whose parts the ranks write, nil between.
  private var writing: (step: Int, progress: RunProgress, begun: ContinuousClock.Instant)?
  /// The last step whose part this rank has written, well or not, for the step's small reduction.
  package private(set) var lastWritten = 0
  /// The step of the last checkpoint that was begun; the same on every rank.
  package private(set) var lastBegun: Int?
  /// On rank 0, who is told when a checkpoint is there or has failed.
  package var tell: (Outcome) -> Void = { _ in }

  /// The step of the checkpoint that the run goes on from, which is there and stays.
  private let start: Int?
  private let folder: CheckpointFolder
  /// The number of the run folder's lock, nil without one.
  private let lock: UInt64?
  private let facts: CheckpointManifest.Facts
  private let retention: CheckpointRetention
  private let communicator: any Communicator
  private let form: CheckpointForm
  private let snapshot: StateSnapshot
  /// What this session's unfinished files are called, so that nobody takes up another's.
  private let unfinished: String
  private let write: BackgroundWork<Result<[StateSnapshot.Written], Failure>>
  private let commit: BackgroundWork<Outcome>
  /// The system's reason why this rank writes without a thread of its own; nil where it has one.
  private var threadless: Int32?
  /// On rank 0, what is to be said with the next outcome; nil where nothing is.
  private var remark: String?
  private var hasRemarked = false

  /// Bytes of a thread's stack: encoding JSON takes most.
  package static let stackBytes = 1 << 20

  /// A writer of states of which this rank has `pieces`; every rank makes one.
  ///
  /// `run` is the run folder, and `start` the step of the checkpoint that the run goes on from,
  /// nil where it began. Throws `Failure` (.launch) when a rank is lost.
  package init(
    run: String,
    _ facts: CheckpointManifest.Facts,
    _ retention: CheckpointRetention,
    pieces: [StatePiece],
    from start: Int? = nil,
    stackBytes: Int = CheckpointWriter.stackBytes,
    _ communicator: any Communicator
  ) throws {
    self.start = start
    (write, commit) = (
      BackgroundWork(stackBytes: stackBytes), BackgroundWork(stackBytes: stackBytes)
    )
    (folder, self.facts, self.retention) = (CheckpointFolder(ofRun: run), facts, retention)
    lock = FolderLock.number(in: run)
    self.communicator = communicator
    let own = pieces.map { StateFile.Piece($0) }
    form = try CheckpointForm(own, communicator)
    snapshot = StateSnapshot(own)
    let mark = try communicator.allGather([UInt32.random(in: .min ... .max)])[0][0]
    unfinished = "\(AtomicFile.unfinished)\(mark)"
  }

  deinit {
    // What is under way reads our memory.
    _ = write.wait()
    _ = commit.wait()
  }

  /// Whether a checkpoint is under way; on rank 0 until it is on disk.
  package var isBusy: Bool { writing != nil || commit.isBusy }

  /// Takes note of what the threads have done meanwhile; allocates nothing where that is nothing.
  package func look() {
    if let writing, write.isDone { lastWritten = writing.step }
    if commit.isDone { _ = finishCommit() }
  }

  /// Whether there is something to go on with, where `step` is the last that all ranks have written.
  package func isReady(allWritten step: Int) -> Bool { writing.map { step >= $0.step } ?? false }

  /// Goes on where every rank has written its part: `step` is the last of which that is so.
  ///
  /// Every rank calls it with the same step. Throws `Failure` (.launch) when a rank is lost.
  package func settle(allWritten step: Int) throws {
    if isReady(allWritten: step) { _ = try exchange() }
  }

  /// Begins a checkpoint of a run that has come to `progress`; every rank calls it with its pieces.
  ///
  /// One that is still under way is waited for. Throws `Failure` (.launch) when a rank is lost.
  package func begin(_ progress: RunProgress, _ pieces: [StatePiece]) throws {
    if writing != nil { _ = try exchange() }
    _ = finishCommit()
    // Rank 0 may have waited for its disk: the others wait here, not in a step, which may take less.
    if lastBegun != nil { try communicator.barrier() }
    let (step, rank) = (progress.step, communicator.rank)
    writing = (step, progress, .now)
    lastBegun = step
    try snapshot.take(pieces)
    let node = form.nodes[rank]
    let (name, start) = (
      "\(folder.path(step: step))/\(CheckpointFolder.part(node))", form.start(of: rank)
    )
    let (folder, place, snapshot) = (folder, name + unfinished, snapshot)
    let (lock, path) = (lock, folder.path(step: step))
    let header = form.places[rank] == 0 ? Array(form.files[node].header) : nil
    threadless = write.begin {
      Result { () throws(Failure) in
        try folder.check(lock)
        let code = folder.make(step: step)
        if code != 0 {
          throw Failure(.file, "the folder \(path) cannot be made: \(systemReason(code)).")
        }
        return try snapshot.write(to: place, named: name, from: start, header: header)
      }
    }
  }

  /// Writes the checkpoint of a run that has come to `progress` and returns when it is on disk;
  /// every rank calls it with its pieces.
  ///
  /// All throw the same `Failure` (.file) where it cannot be written.
  package func save(_ progress: RunProgress, _ pieces: [StatePiece]) throws {
    if progress.step == start { return }
    let before = try finish()
    if lastBegun == progress.step, let before, before.failure == nil { return }
    try begin(progress, pieces)
    if let failure = try finish()?.failure { throw failure }
  }

  /// Waits for what is under way; every rank calls it, and all get what became of the last
  /// checkpoint, nil where there is none.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  package func finish() throws -> Outcome? {
    if writing != nil, let failure = try exchange() {
      last = Outcome(step: lastBegun ?? 0, failure: failure, seconds: 0)
    }
    _ = finishCommit()
    guard lastBegun != nil else { return nil }
    do {
      try communicator.together {
        if communicator.rank == 0, let failure = last?.failure { throw failure }
      }
      return Outcome(step: lastBegun ?? 0, failure: nil, seconds: last?.seconds ?? 0)
    } catch let failure as Failure where failure.kind == .file {
      return Outcome(step: lastBegun ?? 0, failure: failure, seconds: 0)
    }
  }

  /// On rank 0, what became of the last checkpoint.
  private var last: Outcome?

  /// Tells the ranks what each has written and has rank 0 finish the checkpoint; what went wrong,
  /// the same on all ranks.
  private func exchange() throws -> Failure? {
    guard let writing, let own = write.wait() else { return nil }
    self.writing = nil
    lastWritten = writing.step
    do {
      let text = try communicator.together { () throws -> String in
        String(decoding: try JSONEncoder().encode(try own.get()), as: UTF8.self)
      }
      let all = try communicator.allGather(text).map {
        try JSONDecoder().decode([StateSnapshot.Written].self, from: Data($0.utf8))
      }
      let reasons = try communicator.allGather([threadless ?? 0]).map { $0[0] }
      if let rank = reasons.firstIndex(where: { $0 != 0 }) { remark(reasons[rank], rank) }
      if communicator.rank == 0 { beginCommit(writing.progress, form.parts(all), writing.begun) }
      return nil
    } catch let failure as Failure where failure.kind == .file {
      if communicator.rank == 0 {
        folder.clear(step: writing.step, lock)
        note(Outcome(step: writing.step, failure: failure, seconds: 0))
      }
      return failure
    }
  }

  private func beginCommit(
    _ progress: RunProgress,
    _ parts: [CheckpointManifest.Part],
    _ begun: ContinuousClock.Instant
  ) {
    let (folder, unfinished, retention, lock) = (folder, unfinished, retention, lock)
    let manifest = CheckpointManifest(facts, progress, parts: parts)
    let reason = commit.begin {
      func failure(_ body: () throws -> Void) -> Failure? {
        do {
          try body()
          return nil
        } catch {
          return error as? Failure ?? Failure(.file, "\(error)")
        }
      }
      let failed = failure {
        try folder.check(lock)
        try manifest.complete(in: folder, from: unfinished)
      }
      if failed != nil { folder.clear(step: manifest.step, lock) }
      let untidy = failed == nil ? failure { try folder.prune(after: manifest, retention) } : nil
      return Outcome(
        step: manifest.step,
        failure: failed,
        remarks: untidy.map { [$0.message] } ?? [],
        seconds: (ContinuousClock.now - begun) / .seconds(1)
      )
    }
    if let reason { remark(reason, 0) }
  }

  /// Has it said, once, that a rank gets no thread to write in.
  private func remark(_ reason: Int32, _ rank: Int) {
    guard !hasRemarked else { return }
    hasRemarked = true
    let place = communicator.size > 1 ? "rank \(rank) on \(communicator.hosts[rank]): " : ""
    remark =
      "\(place)no thread can be started to write checkpoints in: \(systemReason(reason)) "
      + "(ulimit -u); the run waits while they are written."
  }

  /// Waits for rank 0's thread, where it is at work.
  private func finishCommit() -> Outcome? {
    guard let outcome = commit.wait() else { return nil }
    note(outcome)
    return outcome
  }

  private func note(_ outcome: Outcome) {
    var outcome = outcome
    if let remark { outcome.remarks.append(remark) }
    (last, remark) = (outcome, nil)
    tell(outcome)
  }
}
