import Tensors

/// What a sample shows of its image: all of it, or a crop out of the image among zeros, perhaps
/// mirrored.
///
/// Height and width stay those of the image. A mirrored sample is the mirrored crop.
public struct SampleView: Hashable, Sendable {
  /// Whether left and right are exchanged.
  public var mirrored = false
  /// Rows of the image above the sample's first; negative: rows of zeros above the image.
  public var down = 0
  /// The same for columns, before mirroring.
  public var right = 0

  /// Writes a sample: the bytes that it shows, each as the value that `normalized` has for its
  /// channel (channel × 256 + byte), and zeros around the image.
  ///
  /// `pixels` and `sample` are height × width × channels, as `shape` says.
  func write(
    _ pixels: UnsafePointer<UInt8>,
    _ shape: ImageShape,
    _ normalized: UnsafeBufferPointer<Float>,
    into sample: UnsafeMutablePointer<Float>
  ) {
    let (width, channels) = (shape.width, shape.channels)
    // The columns of the image that the sample shows, and where the first of them goes.
    let shown = max(0, right)..<max(max(0, right), min(width, width + right))
    let first = shown.lowerBound - right
    for row in 0..<shape.height {
      let out = sample + row * width * channels
      let from = row + down
      let visible = from >= 0 && from < shape.height
      if !visible || shown.count < width { out.update(repeating: 0, count: width * channels) }
      guard visible, !shown.isEmpty else { continue }
      let source = pixels + (from * width + shown.lowerBound) * channels
      let column = mirrored ? width - 1 - first : first
      let step = mirrored ? -channels : channels
      for channel in 0..<channels {
        let values = normalized.extracting(channel * 256..<(channel + 1) * 256)
        var target = out + column * channels + channel
        for pixel in 0..<shown.count {
          target.pointee = values[Int(source[pixel * channels + channel])]
          target += step
        }
      }
    }
  }

  /// Writes what it shows of values instead of bytes, and `around`, a value for each channel,
  /// around the image.
  func write(
    _ values: UnsafePointer<Float>,
    _ shape: ImageShape,
    around: UnsafePointer<Float>,
    into sample: UnsafeMutablePointer<Float>
  ) {
    let (width, channels) = (shape.width, shape.channels)
    for row in 0..<shape.height {
      let from = row + down
      for column in 0..<width {
        let place = (mirrored ? width - 1 - column : column) + right
        let isInside = from >= 0 && from < shape.height && place >= 0 && place < width
        let pixel = isInside ? values + (from * width + place) * channels : around
        let out = sample + (row * width + column) * channels
        for channel in 0..<channels { out[channel] = pixel[channel] }
      }
    }
  }
}
