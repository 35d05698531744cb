import Datasets
import Tensors
import TestSupport
import Testing

/// Constants of normalisation: how they are written, computed and used.
struct NormalizationTests {
  private let images = ImageBytes(
    shape: ImageShape(height: 3, width: 5, channels: 2),
    labels: Array(0..<700)
  ) { image, offset in
    UInt8(truncatingIfNeeded: image * 31 + offset * offset * 7)
  }

  @Test(arguments: [
    ("standard", "standard"), ("Computed", "computed"), ("mean-image", "mean-image"),
    ("125.3,123.0,113.9/63,62.1,66.7", "125.3,123,113.9/63,62.1,66.7"), ("0/255", "0/255"),
  ])
  func aChoiceIsReadFromItsText(text: String, written: String) throws {
    let choice = try #require(NormalizationChoice(text))
    #expect(choice.description == written)
    #expect(NormalizationChoice(written) == choice)
  }

  @Test(arguments: [
    "", "/", "1", "1,2/3", "1/0", "1/-2", "nan/1", "1/inf", "1,/1,", "1/2/3", "mean", "1e9/1",
  ])
  func otherTextsAreNone(text: String) { #expect(NormalizationChoice(text) == nil) }

  /// By the definitions, image by image.
  @Test(arguments: [1, 3])
  func constantsAreThoseOfAllImages(threads: Int) throws {
    let team = threadTeam(size: threads)
    let whole = try ImageStatistics(images, 0..<700, team)
    #expect(whole.count == 700)
    let (mean, deviation) = images.colours(0..<700)
    let computed = try whole.computed()
    #expect(computed.mean == mean.map(Float.init) && computed.image == nil)
    for (own, expected) in zip(computed.deviation, deviation) {
      #expect(abs(Double(own) - expected) < 1e-5)
    }
    let meanImage = whole.meanImage()
    #expect(meanImage.mean == computed.mean && meanImage.deviation == [255, 255])
    let sums = (0..<700).reduce(into: Array(repeating: 0, count: 30)) { sums, index in
      for (place, byte) in images.bytes(index).enumerated() { sums[place] += Int(byte) }
    }
    #expect(meanImage.image == sums.map { Float(Double($0) / 700) })
    // Parts add up to the same.
    var parts = ImageStatistics(images.shape)
    for range in [500..<700, 0..<1, 1..<500, 3..<3] {
      parts.add(try ImageStatistics(images, range, team).numbers)
    }
    #expect(parts.numbers == whole.numbers)
  }

  @Test func aChannelOfOneValueHasNoDeviation() throws {
    let flat = ImageBytes(
      shape: ImageShape(height: 2, width: 2, channels: 2),
      labels: [0, 0]
    ) { _, offset in offset % 2 == 0 ? UInt8(offset) : 9 }
    let statistics = try ImageStatistics(flat, 0..<2, threadTeam(size: 1))
    let failure = #expect(throws: Failure.self) { try statistics.computed() }
    #expect(failure?.kind == .data && failure?.message.contains("channel 1") == true)
  }

  /// (x − m) / 255 at each place, and mirrored after that.
  @Test func aMeanImageIsTakenOffBeforeAnythingMoves() throws {
    let constants = try ImageStatistics(images, 0..<700, threadTeam(size: 1)).meanImage()
    let reader = SampleReader(images, normalization: constants, augmentations: [Flip()], seed: 3)
    let mean = try #require(constants.image)
    var mirrored = 0
    for index in 0..<50 {
      let plain = zip(images.bytes(index), mean).map { (Float($0) - $1) / 255 }
      #expect(reader.sample(index, epoch: nil).values == plain)
      let turned = (0..<30).map { place in
        let (row, column) = (place / 10, place % 10 / 2)
        return plain[row * 10 + (4 - column) * 2 + place % 2]
      }
      let sample = reader.sample(index, epoch: 0).values
      #expect(sample == plain || sample == turned)
      if sample == turned { mirrored += 1 }
    }
    #expect(mirrored > 10 && mirrored < 40)
  }

  /// The two ways of a sample have the same bits where both can go: a list that changes no colour
  /// but goes through floats.
  @Test func floatsAreNormalisedAsBytesAre() throws {
    let constants = Normalization(mean: [120.5, 99], deviation: [61.3, 17])
    let (table, floats) = (
      SampleReader(images, normalization: constants, augmentations: [CropFlip()], seed: 3),
      SampleReader(
        images,
        normalization: constants,
        augmentations: [CropFlip(), ColorJitter(brightness: 0, contrast: 0, saturation: 0)],
        seed: 3
      )
    )
    for index in 0..<100 {
      #expect(table.sample(index, epoch: 1).values == floats.sample(index, epoch: 1).values)
      #expect(table.sample(index, epoch: nil).values == floats.sample(index, epoch: nil).values)
    }
  }
}
