/// For each pixel of a resized row or column, which old pixels it is the sum of, and how much of each:
/// the 22-bit weights of Pillow's resampling, so that sums over bytes are its sums.
struct ResampleTaps {
  /// Fraction bits of a weight.
  private static let precision = 22
  /// Half of a byte's unit, with which every sum begins.
  static let half: Int32 = 1 << 21

  /// The first old pixel of each new one.
  private(set) var firsts: [Int] = []
  /// Where the weights of each new pixel begin; one more than there are pixels.
  private(set) var starts = [0]
  /// The weights, of each new pixel one after another.
  private(set) var weights: [Int32] = []

  /// The taps of the new pixels `window` of `size`, made from `length` old ones by `filter`.
  init(_ window: Range<Int>, of size: Int, from length: Int, _ filter: PictureRequest.Filter) {
    let scale = Double(length) / Double(size)
    let stretch = max(scale, 1)
    let reach = (filter == .box ? 0.5 : 1) * stretch
    for pixel in window {
      let centre = (Double(pixel) + 0.5) * scale
      let first = max(0, Int(centre - reach + 0.5))
      let end = min(length, Int(centre + reach + 0.5))
      let shares = (first..<max(first, end)).map {
        Self.share((Double($0) - centre + 0.5) * (1 / stretch), filter)
      }
      let sum = shares.reduce(0, +)
      firsts.append(first)
      for share in shares {
        let part = sum == 0 ? share : share / sum
        weights.append(Int32(0.5 + part * Double(1 << Self.precision)))
      }
      starts.append(weights.count)
    }
  }

  /// The filter's value at a distance in new pixels.
  private static func share(_ distance: Double, _ filter: PictureRequest.Filter) -> Double {
    filter == .box
      ? distance > -0.5 && distance <= 0.5 ? 1 : 0
      : max(0, 1 - abs(distance))
  }

  /// A sum of weighted bytes as a byte.
  @inline(__always)
  static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, sum >> 22))) }
}
