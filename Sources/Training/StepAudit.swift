import Collectives
import DataParallel
import Networks
import Tensors

/// Computes steps a second time before their update, lanes on other ranks, and compares what every
/// lane came to: a silent error of CPU or memory shows as a difference.
///
/// A rank alone moves the items of every loop to other threads instead; one thread alone computes
/// the same twice, which finds only errors that come and go.
final class StepAudit {
  /// A network, and what it takes of each lane.
  struct Replica {
    let network: Network
    let digests: LaneDigests
  }

  /// This rank's lanes as they are trained on.
  let own: Replica
  /// Other lanes, or the same.
  let again: Replica
  private let every: Int
  private let lanes: AuditedLanes
  private let communicator: any Communicator
  private var tables: [UInt64] = []

  init(
    _ every: Int,
    own: Replica,
    again: Replica,
    _ lanes: AuditedLanes,
    _ communicator: any Communicator
  ) {
    (self.every, self.own, self.again) = (every, own, again)
    (self.lanes, self.communicator) = (lanes, communicator)
  }

  /// Whether the step before which `step` were taken is computed twice.
  func isDue(_ step: Int) -> Bool { (step + 1).isMultiple(of: every) }

  /// Computes a step on a batch of `samples` for the first time, where it is not trained on;
  /// `fetch` brings the samples of a round into a network.
  ///
  /// Every rank calls it before the step's own forward. Returns why samples could not be read;
  /// throws `Failure` (.launch) when a rank is lost.
  func compute(
    step: Int,
    samples: Int,
    _ team: ThreadTeam,
    fetch: (Network) -> Failure?
  ) throws -> Failure? {
    let network = again.network
    (own.digests.isOn, again.digests.isOn) = (true, true)
    if again.network === own.network { team.rotation = 1 }
    // Its loops are no part of the step's profile.
    let isRecorded = team.recorder?.isOn == true
    team.recorder?.isOn = false
    defer {
      team.rotation = 0
      team.recorder?.isOn = isRecorded
    }
    var unread: Failure?
    network.batch.begin(samples: samples)
    network.begin(step: step)
    for round in network.batch.rounds.indices {
      network.batch.begin(round: round)
      let failure = fetch(network)
      unread = unread ?? failure
      try network.forward()
      try network.backward { _ in }
    }
    tables = again.digests.table(network)
    return unread
  }

  /// Compares both computations of a step, after its own backward and before anything of it is
  /// applied; `isWhole` is false where this rank could not read samples.
  ///
  /// Every rank calls it; all throw the same `Failure`: .diverged where a lane differs, unless
  /// samples are missing anywhere; .launch when a rank is lost.
  func compare(step: Int, isWhole: Bool, threads: Int) throws {
    own.digests.isOn = false
    let places = own.digests.places
    let held = lanes.heldLanes.map(\.count)
    // A rank's block: whether it is whole, its own lanes, those it computed again.
    let starts = held.indices.reduce(into: [0]) {
      $0.append($0[$1] + 1 + places.count * (held[$1] + held[lanes.owner(rank: $1)]))
    }
    var all = [UInt64](repeating: 0, count: starts[held.count])
    let block = [isWhole ? 1 : 0] + own.digests.table(own.network) + tables
    all.replaceSubrange(starts[communicator.rank]..<starts[communicator.rank + 1], with: block)
    try all.withUnsafeMutableBytes { bytes in
      try communicator.allGather(bytes, offsets: starts.map { $0 * MemoryLayout<UInt64>.stride })
    }
    guard held.indices.allSatisfy({ all[starts[$0]] == 1 }) else { return }
    let present = own.network.batch.present
    func differs(_ lane: Int, _ place: Int) -> Bool {
      let (rank, number) = holder(of: lane)
      let auditor = lanes.auditor(of: rank)
      let first = starts[rank] + 1 + number * places.count
      let second = starts[auditor] + 1 + (held[auditor] + number) * places.count
      return all[first + place] != all[second + place]
    }
    for place in places.indices {
      let wrong = (0..<present).filter { differs($0, place) }
      guard let lane = wrong.first else { continue }
      throw failure(step: step, places[place], lane, others: wrong.count - 1, threads: threads)
    }
  }

  /// The rank that holds a lane, and the lane's number there.
  private func holder(of lane: Int) -> (rank: Int, number: Int) {
    guard let rank = lanes.heldLanes.firstIndex(where: { $0.contains(lane) }) else {
      preconditionFailure("nobody holds lane \(lane)")
    }
    return (rank, lane - lanes.heldLanes[rank].lowerBound)
  }

  private func failure(
    step: Int,
    _ place: String,
    _ lane: Int,
    others: Int,
    threads: Int
  ) -> Failure {
    let (rank, hosts) = (holder(of: lane).rank, communicator.hosts)
    let auditor = lanes.auditor(of: rank)
    let more = others == 0 ? "" : " and \(others) more"
    let who =
      auditor != rank
      ? "rank \(rank) on \(hosts[rank]) and rank \(auditor) on \(hosts[auditor])"
      : threads > 1 ? "two threads on \(hosts[rank])" : "one thread on \(hosts[rank]), twice"
    let suspects =
      hosts[auditor] == hosts[rank] ? hosts[rank] : "\(hosts[rank]) and \(hosts[auditor])"
    return Failure(
      .diverged,
      "step \(step + 1), which --audit had computed twice, differs first in \(place), lane "
        + "\(lane)\(more), computed by \(who): a silent error of CPU or memory; nothing of the step "
        + "was applied, so check \(suspects) and go on from the last checkpoint.",
      isAgreed: true
    )
  }
}
