/// The shape of one sample: height × width pixels of `channels` values each, channels contiguous
/// (NHWC without the N).
///
/// A vector is 1 × 1 × channels.
public struct ImageShape: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int
  /// Values per pixel.
  public var channels: Int

  /// A shape of the three sizes, each at least 1.
  public init(height: Int, width: Int, channels: Int) {
    precondition(
      height > 0 && width > 0 && channels > 0,
      "a shape needs positive sizes, not \(height)×\(width)×\(channels)"
    )
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Pixels of one sample.
  public var pixels: Int { height * width }
  /// Values of one sample.
  public var count: Int { height * width * channels }
  /// For people: "32×32×3".
  public var description: String { "\(height)×\(width)×\(channels)" }
}
