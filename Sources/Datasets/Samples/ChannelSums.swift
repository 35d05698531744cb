import Tensors

/// Sums of values and of their squares for each channel of some images, exact, so that they do not
/// depend on who adds up what.
struct ChannelSums {
  /// The most channels.
  static let channels = 4

  private var sums = SIMD4<UInt64>(repeating: 0)
  private var squares = SIMD4<UInt64>(repeating: 0)
  private var pixels = 0

  /// The sums of no image.
  init() {}

  /// The sums of pixels, channels contiguous, of which there are at most four.
  init(_ bytes: some Sequence<UInt8>, channels: Int) {
    var channel = 0
    for byte in bytes {
      let value = UInt64(byte)
      sums[channel] += value
      squares[channel] += value * value
      channel = channel + 1 == channels ? 0 : channel + 1
      if channel == 0 { pixels += 1 }
    }
  }

  /// Takes in the sums of other images.
  mutating func add(_ other: ChannelSums) {
    sums &+= other.sums
    squares &+= other.squares
    pixels += other.pixels
  }

  /// Mean and standard deviation (population) of the first `channels` channels; a channel whose
  /// values are all the same gets the deviation 1.
  func normalization(channels: Int) -> Normalization {
    var (mean, deviation): ([Float], [Float]) = ([], [])
    for channel in 0..<channels {
      let average = Double(sums[channel]) / Double(pixels)
      let variance = Double(squares[channel]) / Double(pixels) - average * average
      mean.append(Float(average))
      deviation.append(variance > 0 ? Float(variance.squareRoot()) : 1)
    }
    return Normalization(mean: mean, deviation: deviation)
  }
}
