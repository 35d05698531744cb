import Collectives
import Tensors

/// The ranks of this host that a limit of a control group binds together with this one, which is
/// among them: those that have the same group and amount, or none; every rank calls it.
func ranksSharing(
  _ own: ControlGroups.Limit?,
  _ communicator: any Communicator
) throws -> [Int] {
  let (rank, hosts) = (communicator.rank, communicator.hosts)
  let all = try communicator.allGather([own?.amount.bitPattern ?? 0, own?.group ?? 0])
  return all.indices.filter { hosts[$0] == hosts[rank] && all[$0] == all[rank] }
}
