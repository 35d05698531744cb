import Tensors

/// A line of digests.csv: the digest of the state after so many steps, and the chain with it.
public struct DigestRow: Sendable, Equatable {
  /// The columns, in their order.
  static let header = "step,digest,chain"

  /// Steps taken.
  public let step: Int
  /// The digest of the state.
  public let digest: UInt64
  /// The chain up to it.
  public let chain: UInt64

  /// A line of those.
  public init(step: Int, digest: UInt64, chain: UInt64) {
    (self.step, self.digest, self.chain) = (step, digest, chain)
  }

  /// Sixteen hexadecimal digits.
  public var digestText: String { digest.hexadecimal }

  /// The row of a line; nil where it is none.
  init?(_ line: Substring) {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard cells.count == 3, let step = Int(cells[0]),
      cells.dropFirst().allSatisfy({ $0.count == 16 }),
      let digest = UInt64(cells[1], radix: 16), let chain = UInt64(cells[2], radix: 16)
    else { return nil }
    self.init(step: step, digest: digest, chain: chain)
  }

  /// The line, without its end.
  var line: String { "\(step),\(digest.hexadecimal),\(chain.hexadecimal)" }
}
