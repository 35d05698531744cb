/// Per-channel constants on the 0…255 scale: a value x becomes (x − mean) / deviation.
public struct Normalization: Hashable, Sendable {
  /// Mean of each channel.
  public let mean: [Float]
  /// Standard deviation of each channel.
  public let deviation: [Float]

  /// The constants, one of each per channel.
  public init(mean: [Float], deviation: [Float]) {
    precondition(mean.count == deviation.count, "a mean and a deviation per channel")
    self.mean = mean
    self.deviation = deviation
  }
}
