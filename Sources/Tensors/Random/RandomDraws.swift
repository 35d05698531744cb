/// What a random draw is for; part of the counter, so that no two purposes ever share numbers.
public enum DrawPurpose: UInt32, CaseIterable, Sendable {
  /// The first values of parameters; site = tensor number.
  case initialization = 1
  /// The order of the training samples; step = epoch.
  case shuffle = 2
  /// Crop and flip of one sample; step = epoch.
  case augmentation = 3
  /// The built-in images; key = the set's own seed.
  case syntheticImages = 4
  /// How a Shake-Shake block mixes its branches; site = the block's number.
  case shakeForward = 5
  /// How it shares out their gradient; site = the block's number.
  case shakeBackward = 6
  /// Which values a dropout keeps; site = the dropout's number.
  case dropout = 7
  /// Where a sample loses a square; step = epoch.
  case cutout = 8
  /// Where a sample is cropped out of padding; step = epoch.
  case padCrop = 9
  /// The same with mirrored padding; step = epoch.
  case reflectCrop = 10
  /// Whether a sample is mirrored; step = epoch.
  case flip = 11
  /// How far a sample is shifted; step = epoch.
  case shift = 12
  /// Which part of an image becomes a sample; step = epoch.
  case resizedCrop = 13
  /// What becomes of a sample's colours; step = epoch.
  case colorJitter = 14
  /// Which rectangle a sample loses; step = epoch.
  case erasing = 15
  /// How the samples of a batch are mixed; step = step.
  case mixing = 16
}

/// The stream of draws of one purpose and site, one sample (or none), one step or epoch, under one
/// seed.
///
/// Counter words: (block, purpose and site, sample + 1 or 0 for none, step or epoch); key: the 64
/// bits of the seed. A value type: copies draw the same numbers again.
public struct RandomDraws: Sendable {
  /// The seed's 64 bits, the lower half first.
  public let key: SIMD2<UInt32>
  /// The counter of the next block.
  public private(set) var counter: SIMD4<UInt32>
  private var words = SIMD4<UInt32>.zero
  private var used = 4

  /// The stream of these coordinates, at its beginning; `site` is below 2^24.
  public init(seed: UInt64, purpose: DrawPurpose, site: Int = 0, sample: Int? = nil, step: Int = 0)
  {
    precondition(site >= 0 && site < 1 << 24, "site \(site) does not fit the counter")
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0,
      purpose.rawValue << 24 | UInt32(site),
      sample.map { UInt32($0 + 1) } ?? 0,
      UInt32(step)
    )
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if used == 4 {
      words = Philox.block(key: key, counter: counter)
      counter.x &+= 1
      used = 0
    }
    used += 1
    return words[used - 1]
  }

  /// An integer in 0 ..< bound by multiply and shift; the bias is below bound / 2^32.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "bound \(bound) is out of range")
    return Int((UInt64(next()) &* UInt64(bound)) >> 32)
  }

  /// A Float64 in the open interval (0, 1), 32 bits fine.
  public mutating func uniform() -> Double { (Double(next()) + 0.5) * 0x1p-32 }

  /// Two independent standard normal numbers (Box and Muller 1958), without libm, so that every CPU
  /// draws the same.
  public mutating func normalPair() -> (Double, Double) {
    let radius = (-2 * Elementary.log(uniform())).squareRoot()
    let turn = 2 * uniform()
    return (radius * Elementary.cosPi(turn), radius * Elementary.sinPi(turn))
  }
}
