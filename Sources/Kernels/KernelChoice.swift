/// Which kernels a user asks for: the best that all CPUs have, or those of one level.
public enum KernelChoice: String, Sendable, CaseIterable {
  /// The lowest level over all ranks.
  case auto
  /// Any CPU's.
  case baseline
  /// x86-64-v3.
  case avx2
  /// x86-64-v4.
  case avx512

  /// The level that is asked for; nil leaves it to the CPUs.
  public var level: KernelLevel? { KernelLevel(rawValue: rawValue) }
}
