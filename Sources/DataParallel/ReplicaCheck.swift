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
    throw Failure(
      .launch,
      "rank \(other) on \(communicator.hosts[other]) holds other parameters than rank 0 on "
        + "\(communicator.hosts[0]): the replicas have diverged."
    )
  }
  return digest
}
