import Glibc
import Tensors

/// The communicator of a program that runs alone: every operation is the identity.
///
/// Nothing throws and nothing is ever sent. `abort` is `exit`.
public final class SoloCommunicator: Communicator {
  /// Always 0.
  public let rank = 0
  /// Always 1.
  public let size = 1
  /// The name of this machine.
  public let hosts: [String]
  /// Always nothing.
  public let traffic = Traffic()

  /// A world of one rank.
  public init() {
    hosts = [hostName()]
  }

  /// Another world of this one rank, whatever the color.
  public func split(color: Int, key: Int) -> any Communicator { SoloCommunicator() }

  /// Ordinary memory, zeroed.
  public func allocate(floats: Int) -> FloatBuffer { FloatBuffer(count: floats) }

  /// Returns at once.
  public func barrier() {}

  /// Leaves the bytes as they are; traps when `root` is not 0.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, root: Int) {
    precondition(root == 0, "there is no rank \(root) in a world of one")
  }

  /// Leaves the bytes as they are; traps when the offsets are not those of one block.
  public func allGather(_ bytes: UnsafeMutableRawBufferPointer, offsets: [Int]) {
    precondition(offsets.count == 2, "\(offsets.count) offsets for a world of one")
  }

  /// An exchange that has nothing to do; traps when the plan is for more ranks.
  public func exchange(_ plan: ReductionPlan, gradients: [FloatBuffer]) -> any BucketExchange {
    precondition(plan.ranks == 1, "a plan for \(plan.ranks) ranks in a world of one")
    precondition(gradients.count == 1, "a rank that holds all lanes has one partial")
    return SoloExchange()
  }

  /// Ends the process with exit code `code`.
  public func abort(_ code: Int32) -> Never { exit(code) }
}

/// One rank holds all lanes as one partial and owns every slice, so every sum already stands where
/// it belongs.
private final class SoloExchange: BucketExchange {
  func startReduce(_ bucket: Int, present: Int) {}
  func progress() {}
  func finishReduce(_ bucket: Int) {}
  func startGather(_ bucket: Int, of buffer: FloatBuffer) {}
  func finishGather(_ bucket: Int) {}
}
