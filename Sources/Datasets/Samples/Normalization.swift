/// Constants on the 0…255 scale: a value x becomes (x − mean) / deviation.
///
/// The mean is that of its channel, or with a mean image that of its place and channel. A mean
/// image is taken off before an image is moved, as Keras' example does.
public struct Normalization: Hashable, Sendable {
  /// Mean of each channel.
  public let mean: [Float]
  /// Standard deviation of each channel.
  public let deviation: [Float]
  /// The mean of each value, height × width × channels, instead of that of its channel; nil where
  /// there is none.
  public var image: [Float]?

  /// The constants, one of each per channel.
  public init(mean: [Float], deviation: [Float], image: [Float]? = nil) {
    precondition(mean.count == deviation.count, "a mean and a deviation per channel")
    self.mean = mean
    self.deviation = deviation
    self.image = image
  }
}
