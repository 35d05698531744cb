/// FNV-1a over 64-bit words: equal buffers have equal digests; for comparing replicas, not for
/// security.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// The digest so far.
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The digest of nothing.
  public init() {}

  /// Takes in the bits of `floats` in order.
  public mutating func update(_ floats: UnsafeBufferPointer<Float>) {
    for x in floats { value = (value ^ UInt64(x.bitPattern)) &* 0x100_0000_01b3 }
  }

  /// Sixteen hexadecimal digits.
  public var description: String { value.hexadecimal }
}
