import Datasets
import Tensors
import TestSupport
import Testing

/// How what augmentations draw is distributed, over 10,000 samples each.
struct AugmentationDrawsTests {
  private static let count = 10_000

  /// The samples of images that are all the same, whose values are x by `pixel`.
  private func samples(
    _ text: String,
    _ height: Int,
    _ width: Int,
    channels: Int = 1,
    pixel: @escaping @Sendable (Int) -> UInt8,
    _ body: ([Float]) -> Void
  ) throws {
    let images = ImageBytes(
      shape: ImageShape(height: height, width: width, channels: channels),
      labels: Array(repeating: 0, count: Self.count)
    ) { _, offset in pixel(offset) }
    let reader = SampleReader(
      images,
      normalization: Normalization(
        mean: Array(repeating: 0, count: channels),
        deviation: Array(repeating: 1, count: channels)
      ),
      augmentations: try AugmentationList(text).augmentations,
      seed: 5
    )
    for index in 0..<Self.count { body(reader.sample(index, epoch: 2).values) }
  }

  /// χ² of counts that should all be equal has mean k − 1 and variance 2·(k − 1): five deviations.
  private func isEven<Key>(_ counts: [Key: Int], of kinds: Int) -> Bool {
    guard counts.count == kinds else { return false }
    let expected = Double(counts.values.reduce(0, +)) / Double(kinds)
    let square = counts.values.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) }
    let degrees = Double(kinds - 1)
    return square / expected <= degrees + 5 * (2 * degrees).squareRoot()
  }

  /// Whether numbers are even over a range, by tenths.
  private func isEven(_ numbers: [Double], _ low: Double, _ high: Double) -> Bool {
    guard numbers.allSatisfy({ $0 >= low - 1e-4 && $0 <= high + 1e-4 }) else { return false }
    let tenths = numbers.map { min(9, max(0, Int((($0 - low) / (high - low) * 10)))) }
    return isEven(Dictionary(tenths.map { ($0, 1) }, uniquingKeysWith: +), of: 10)
  }

  @Test(arguments: ["pad-crop:3", "reflect-crop:3"])
  func cropsAreEverywhere(text: String) throws {
    var counts: [Int: Int] = [:]
    try samples(text, 16, 16, pixel: { UInt8($0) }) { counts[Int($0[8 * 16 + 8]), default: 0] += 1 }
    #expect(isEven(counts, of: 49))
  }

  @Test func halfOfAllAreMirrored() throws {
    var counts: [Float: Int] = [:]
    try samples("flip", 1, 2, pixel: { UInt8($0) }) { counts[$0[0], default: 0] += 1 }
    #expect(isEven(counts, of: 2))
  }

  /// A ramp tells how far its middle was shifted.
  @Test func shiftsAreEven() throws {
    var (down, right) = ([Double](), [Double]())
    try samples(
      "shift:0.25",
      11,
      9,
      channels: 2,
      pixel: { UInt8(20 * ($0 % 2 == 0 ? $0 / 18 : $0 / 2 % 9)) }
    ) {
      let middle = 2 * (5 * 9 + 4)
      down.append(Double($0[middle]) / 20 - 5)
      right.append(Double($0[middle + 1]) / 20 - 4)
    }
    #expect(isEven(down, -0.25 * 11, 0.25 * 11) && isEven(right, -0.25 * 9, 0.25 * 9))
    let products = zip(down, right).reduce(0) { $0 + $1.0 * $1.1 } / Double(Self.count)
    // Of independent numbers: deviation 2.75·2.25/3 over the root of their count.
    #expect(abs(products) < 5 * 2.0625 / Double(Self.count).squareRoot())
  }

  /// The slope of a ramp tells the size of a crop; with these ranges every first try fits.
  @Test func cropsHaveTheirAreasAndAspects() throws {
    var (areas, aspects) = ([Double](), [Double]())
    let side = 60
    try samples(
      "resized-crop:0.2:0.6:0.75:1.3333",
      side,
      side,
      channels: 2,
      pixel: {
        UInt8(4 * ($0 % 2 == 0 ? $0 / 120 : $0 / 2 % 60))
      }
    ) {
      let middle = 2 * (30 * side + 30)
      let height = (Double($0[middle + 2 * side]) - Double($0[middle])) / 4
      let width = (Double($0[middle + 3]) - Double($0[middle + 1])) / 4
      areas.append(height * width)
      aspects.append(Elementary.log(width / height))
    }
    // Sides are whole pixels of 27 and more.
    #expect(lies(areas.min(), in: 0.18...0.21) && lies(areas.max(), in: 0.58...0.63))
    #expect(hasMean(areas, 0.4, width: 0.4))
    let log = Elementary.log(1.3333)
    #expect(hasMean(aspects, 0, width: 2 * log))
    #expect(lies(aspects.max(), in: 0.9 * log...1.2 * log))
    #expect(lies(aspects.min(), in: -1.2 * log ... -0.9 * log))
  }

  private func lies(_ number: Double?, in range: ClosedRange<Double>) -> Bool {
    number.map(range.contains) ?? false
  }

  /// Whether the mean is that of even numbers over a range of that width, to five deviations and what
  /// whole pixels make of them.
  private func hasMean(_ numbers: [Double], _ mean: Double, width: Double) -> Bool {
    let n = Double(numbers.count)
    let bound = 5 * width / (12 * n).squareRoot() + 1e-3
    return abs(numbers.reduce(0, +) / n - mean) < bound
  }

  /// Of one part alone the factor shows.
  @Test func factorsOfColoursAreEven() throws {
    var (brightness, contrast, saturation) = ([Double](), [Double](), [Double]())
    try samples("color-jitter:0.5", 1, 1, pixel: { _ in 100 }) {
      brightness.append(Double($0[0]) / 100)
    }
    try samples("color-jitter:0:0.5", 1, 2, pixel: { $0 == 0 ? 100 : 140 }) {
      contrast.append((Double($0[1]) - Double($0[0])) / 40)
    }
    try samples("color-jitter:0:0:0.5", 1, 1, channels: 3, pixel: { UInt8(100 + 20 * $0) }) {
      saturation.append((Double($0[1]) - Double($0[0])) / 20)
    }
    for factors in [brightness, contrast, saturation] { #expect(isEven(factors, 0.5, 1.5)) }
  }

  @Test func erasedRectanglesHaveTheirShareAndArea() throws {
    var (areas, places) = ([Double](), [Int: Int]())
    try samples("erasing:0.7:0.1:0.3:0.5:2", 40, 40, pixel: { _ in 1 }) {
      let zeros = $0.count { $0 == 0 }
      if zeros == 0 { return }
      areas.append(Double(zeros) / 1600)
      places[($0.firstIndex(of: 0) ?? 0) % 40 < 12 ? 0 : 1, default: 0] += 1
    }
    let part = Double(areas.count) / Double(Self.count)
    let bound = 5 * (0.7 * 0.3 / Double(Self.count)).squareRoot()
    #expect(abs(part - 0.7) < bound)
    #expect(hasMean(areas, 0.2, width: 0.2) && places.count == 2)
    #expect(lies(areas.min(), in: 0.09...0.11) && lies(areas.max(), in: 0.29...0.31))
  }

  @Test func boxesOfCutmixAreWhatIsMixed() throws {
    let shape = ImageShape(height: 30, width: 20, channels: 3)
    let mixing = try #require(BatchMixing(mixup: nil, cutmix: 1))
    var (shares, rows, columns) = ([Double](), [Int](), [Int]())
    for step in 0..<Self.count {
      let mix = mixing.mix(seed: 8, step: step, shape)
      let box = try #require(mix.box)
      #expect(abs(mix.share - (1 - Double(box.rows.count * box.columns.count) / 600)) < 1e-15)
      shares.append(mix.share)
      rows.append(box.rows.lowerBound + box.rows.upperBound)
      columns.append(box.columns.lowerBound + box.columns.upperBound)
    }
    // A centre stands before its pixel's far edge: half a pixel up and left in the mean.
    let n = Double(Self.count)
    #expect(abs(Double(rows.reduce(0, +)) / n / 2 - 14.5) < 0.6)
    #expect(abs(Double(columns.reduce(0, +)) / n / 2 - 9.5) < 0.5)
    // λ is even; of the box (1 − λ) a part hangs over, and half sides are rounded down.
    let mean = shares.reduce(0, +) / n
    #expect(mean > 0.6 && mean < 0.8 && shares.allSatisfy { (0...1).contains($0) })
  }

  @Test func eachOfTwoKindsIsTakenInHalfOfTheSteps() throws {
    let shape = ImageShape(height: 8, width: 8, channels: 1)
    let mixing = try #require(BatchMixing(mixup: 1, cutmix: 1))
    let cuts = (0..<Self.count).count { mixing.mix(seed: 8, step: $0, shape).box != nil }
    #expect(abs(cuts - Self.count / 2) < 250)
  }
}
