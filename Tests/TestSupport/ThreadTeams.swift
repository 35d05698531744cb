import Tensors

/// A team as `ThreadTeam.start` makes it; traps where the system refuses a thread.
public func threadTeam(
  size: Int,
  cores: [Int] = [],
  prepare: @escaping @Sendable () -> Void = {}
) -> ThreadTeam {
  do {
    return try ThreadTeam.start(size: size, cores: cores, prepare: prepare)
  } catch {
    fatalError(error.message)
  }
}
