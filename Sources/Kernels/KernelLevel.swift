import CPlatform

/// The instruction sets the kernels are built for, from the least to the most.
public enum KernelLevel: String, Sendable, CaseIterable, Comparable, Codable {
  /// Any CPU.
  case baseline
  /// x86-64-v3.
  case avx2
  /// x86-64-v4.
  case avx512

  /// The most this machine can run.
  public static var best: KernelLevel {
    let level = platform_x86_64_level()
    return level >= 4 ? .avx512 : level >= 3 ? .avx2 : .baseline
  }

  /// The order from baseline up.
  public static func < (a: Self, b: Self) -> Bool { a.order < b.order }

  private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
