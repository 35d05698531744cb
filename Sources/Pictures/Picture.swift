/// A picture of any size in memory: height × width × channels bytes, channels contiguous.
public struct Picture: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// The bytes, row by row.
  public internal(set) var bytes: [UInt8]

  /// The most pixels that a picture may have: 134,217,728.
  package static let mostPixels = 1 << 27

  /// A picture of these bytes, of which there must be width × height × channels.
  public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    precondition(channels == 1 || channels == 3, "\(channels) channels")
    precondition(
      bytes.count == width * height * channels,
      "\(bytes.count) bytes for \(width) × \(height) × \(channels)"
    )
    (self.width, self.height, self.channels, self.bytes) = (width, height, channels, bytes)
  }

  /// The same picture in three channels.
  public var inColour: Picture {
    guard channels == 1 else { return self }
    let colours = [UInt8](unsafeUninitializedCapacity: 3 * bytes.count) { colours, count in
      for (pixel, grey) in bytes.enumerated() {
        for channel in 0..<3 { colours[3 * pixel + channel] = grey }
      }
      count = 3 * bytes.count
    }
    return Picture(width: width, height: height, channels: 3, bytes: colours)
  }
}
