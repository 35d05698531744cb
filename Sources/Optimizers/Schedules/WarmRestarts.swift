import Tensors

/// A cosine that starts anew again and again, each period longer than the last (Loshchilov &
/// Hutter, arXiv 1608.03983 and 1711.05101).
public struct WarmRestarts: Hashable, Sendable, CustomStringConvertible {
  /// T_0, the epochs of the first period.
  public let first: Int
  /// T_mult, at least 1: how much longer each period is than the one before it.
  public let factor: Double
  /// η_min, which each period falls to.
  public let least: Double
  /// η_max, which each period starts at.
  public let most: Double

  /// Restarts with these numbers.
  public init(first: Int, factor: Double, least: Double, most: Double) {
    precondition(first >= 1 && factor >= 1, "periods must not shrink")
    (self.first, self.factor, self.least, self.most) = (first, factor, least, most)
  }

  /// η = η_min + ½(η_max − η_min)(1 + cos(π·T_cur/T_i)) (equation 14) at the part x = T_cur/T_i of
  /// a period.
  func multiplier(_ x: Double) -> Double {
    least + 0.5 * (most - least) * (1 + Elementary.cosPi(x))
  }

  /// The epochs of each period that begins within `epochs` epochs: T_0·T_mult^i, rounded, the first
  /// behind `warmup` more.
  func periods(epochs: Int, warmup: Int) -> [Range<Int>] {
    var (periods, start, length) = ([Range<Int>](), 0, Double(first))
    while start < epochs {
      let end = (start == 0 ? warmup : start) + Int(length.rounded())
      periods.append(start..<end)
      (start, length) = (end, length * factor)
    }
    return periods
  }

  /// Whether `count` periods, or fewer, come to `epochs` epochs; the first is behind `warmup` more.
  public func reaches(epochs: Int, warmup: Int, in count: Int) -> Bool {
    var (end, length) = (Double(warmup), Double(first))
    for _ in 0..<count where end < Double(epochs) {
      end += length.rounded()
      length *= factor
    }
    return end >= Double(epochs)
  }

  /// For people: "100 epochs × 2", and η where it does not go from 1 to 0.
  public var description: String {
    let range = least == 0 && most == 1 ? "" : ", η \(plain(most)) to \(plain(least))"
    return "\(first) epochs × \(plain(factor))\(range)"
  }
}
