import Collectives
import Plans
import Tensors

/// How many cores the control group of a rank lets it keep busy, which its mask does not show.
package struct CPUQuota {
  /// Threads of this rank that keep its part of the quota busy, at least one; nil without a quota.
  package let threads: Int?
  private let cores: Double
  private let host: String
  private let ranks: Int

  /// Shares the quota among the ranks of this host that are in its group; every rank calls it.
  package init(_ groups: ControlGroups, _ communicator: any Communicator) throws {
    let (rank, own) = (communicator.rank, groups.cores)
    let sharing = try ranksSharing(own, communicator)
    (host, ranks, cores) = (communicator.hosts[rank], sharing.count, own?.amount ?? 0)
    let place = sharing.firstIndex(of: rank) ?? 0
    threads = own.map { max(1, share(place, of: sharing.count, total: $0.threads).count) }
  }

  /// What is said where the quota is the reason for fewer threads than `most`.
  func note(instead most: Int) -> String? {
    guard let threads else { return nil }
    let sharers = ranks == 1 ? "" : " for \(ranks) ranks"
    let left = "\(significant(cores)) \(cores == 1 ? "core" : "cores")"
    return "a CPU quota (cgroup) leaves \(host) \(left)\(sharers), so "
      + "\(threads == 1 ? "1 thread" : "\(threads) threads") a rank, not \(most); --threads takes "
      + "others."
  }
}
