import Collectives
import Tensors

/// Compares a digest of the parameters over all ranks and returns it; throws when a rank holds
/// others.
@discardableResult
public func checkReplicas(_ parameters: FloatBuffer, _ communicator: any Communicator) throws
  -> Digest
{
  var digest = Digest()
  digest.update(UnsafeBufferPointer(parameters.elements))
  let all = try communicator.allGather([digest.value]).map { $0[0] }
  if let other = all.firstIndex(where: { $0 != all[0] }) {
    throw replicaFailure(other, "parameters", communicator)
  }
  return digest
}

/// Why a run ends whose rank `other` holds other values of `what` than rank 0, as all ranks find.
func replicaFailure(_ other: Int, _ what: String, _ communicator: any Communicator) -> Failure {
  Failure(
    .launch,
    "rank \(other) on \(communicator.hosts[other]) holds other \(what) than rank 0 on "
      + "\(communicator.hosts[0]): the replicas have diverged."
  )
}
