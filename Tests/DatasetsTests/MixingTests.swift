import Datasets
import Tensors
import TestSupport
import Testing

/// Batches whose samples are mixed in pairs: what a step gets follows from its number alone.
struct MixingTests {
  /// 23 images, each of a class of its own: four batches of five and one of three.
  private static let images = ImageBytes(
    shape: ImageShape(height: 4, width: 3, channels: 2),
    labels: Array(0..<23)
  ) { image, offset in
    UInt8(truncatingIfNeeded: 31 * image + 5 * offset)
  }
  private static let constants = Normalization(mean: [3, 5], deviation: [7, 11])
  private static let augmentations: [any Augmentation] = [Flip(), Shift(range: 0.2)]
  static let mixings = [
    BatchMixing(mixup: 0.5, cutmix: nil), BatchMixing(mixup: nil, cutmix: 1),
    BatchMixing(mixup: 1, cutmix: 1),
  ].compactMap { $0 }

  private func loader(
    _ mixing: BatchMixing?,
    _ dataset: any ImageDataset = MixingTests.images,
    order: SampleLoader.Order = .shuffled
  ) -> SampleLoader {
    SampleLoader(
      dataset,
      normalization: Self.constants,
      augmentations: Self.augmentations,
      mixing: mixing,
      seed: 9,
      batchSize: 5,
      order: order
    )
  }

  /// A sample as it was read.
  private struct Sample: Equatable {
    var values: [Float]
    var target: SampleTarget
  }

  private func take(
    _ loader: SampleLoader,
    step: Int,
    _ positions: Range<Int>,
    threads: Int = 1
  ) throws -> [Sample] {
    var values = [Float](repeating: -99, count: 24 * (positions.count + 1))
    var targets = Array(repeating: SampleTarget(77), count: positions.count + 1)
    try values.withUnsafeMutableBufferPointer { values in
      try targets.withUnsafeMutableBufferPointer { targets in
        try loader.take(
          step: step,
          positions,
          into: values.baseAddress!,
          targets.baseAddress!,
          team: threadTeam(size: threads)
        )
      }
    }
    #expect(values.suffix(24).allSatisfy { $0 == -99 } && targets.last == SampleTarget(77))
    return (0..<positions.count).map { place in
      Sample(values: Array(values[24 * place..<24 * place + 24]), target: targets[place])
    }
  }

  /// The samples of a step by the definition, one by one from the unmixed ones.
  private func expected(_ step: Int, _ mixing: BatchMixing) throws -> [Sample] {
    let plain = loader(nil)
    let whole = try take(plain, step: step, 0..<plain.samples(of: step))
    let mix = mixing.mix(seed: 9, step: step, Self.images.shape)
    return whole.indices.map { place in
      let (own, partner) = (whole[place], whole[(place + whole.count - 1) % whole.count])
      let values = (0..<24).map { i -> Float in
        guard let box = mix.box else {
          return Float(mix.share) * own.values[i] + Float(1 - mix.share) * partner.values[i]
        }
        let isInside = box.rows.contains(i / 6) && box.columns.contains(i % 6 / 2)
        return isInside ? partner.values[i] : own.values[i]
      }
      let (label, other) = (Int(own.target.label), Int(partner.target.label))
      let target =
        mix.share >= 0.5
        ? SampleTarget(label, other: other, weight: Float(mix.share))
        : SampleTarget(other, other: label, weight: Float(1 - mix.share))
      return Sample(values: values, target: target)
    }
  }

  @Test(arguments: mixings)
  func aPartnerIsTheSampleBefore(_ mixing: BatchMixing) throws {
    let loader = loader(mixing)
    for step in [7, 4, 0, 12, 3, 9, 1] {
      let count = loader.samples(of: step)
      #expect(try take(loader, step: step, 0..<count) == expected(step, mixing), "step \(step)")
    }
  }

  /// Whoever takes a part reads the sample before it, too: the parts make up the batch.
  @Test(arguments: mixings, [1, 3])
  func partsOfABatchMakeItUp(_ mixing: BatchMixing, threads: Int) throws {
    let loader = loader(mixing)
    for step in [2, 4, 6] {
      let whole = try expected(step, mixing)
      for cuts in [[0, 3], [0, 1, 1, 2, 3], [0, 2]] {
        let ends = cuts + [whole.count]
        let parts = try zip(ends, ends.dropFirst()).flatMap { begin, end in
          try take(loader, step: step, begin..<end, threads: threads)
        }
        #expect(parts == whole, "step \(step)")
      }
    }
  }

  /// Both labels are the image's own where it is its own partner, in a batch of one.
  @Test func aSampleAloneIsItsOwnPartner() throws {
    let one = ImageBytes(shape: Self.images.shape, labels: [4]) { _, offset in UInt8(offset) }
    let mixing = try #require(BatchMixing(mixup: nil, cutmix: 1))
    let sample = try take(loader(mixing, one), step: 3, 0..<1)[0]
    #expect(try take(loader(nil, one), step: 3, 0..<1)[0].values == sample.values)
    #expect(sample.target.label == 4 && sample.target.other == 4)
  }

  /// The heavier label is the right answer; of equal ones it is the sample's own.
  @Test func theHeavierLabelComesFirst() throws {
    let mixing = try #require(BatchMixing(mixup: 1, cutmix: nil))
    var (own, partners) = (0, 0)
    for step in 0..<200 {
      let mix = mixing.mix(seed: 2, step: step, Self.images.shape)
      let target = mix.target(3, partner: 8)
      #expect(target.weight >= 0.5 && Set([target.label, target.other]) == [3, 8])
      #expect((target.label == 3) == (mix.share >= 0.5))
      if target.label == 3 { own += 1 } else { partners += 1 }
    }
    #expect(own > 60 && partners > 60)
    let equal = BatchMixing.Mix(share: 0.5, box: nil).target(3, partner: 8)
    #expect(equal == SampleTarget(3, other: 8, weight: 0.5))
  }

  @Test func evaluationMixesNothing() throws {
    let mixing = try #require(Self.mixings.first)
    let plain = try take(loader(nil, order: .file), step: 1, 0..<5)
    #expect(try take(loader(mixing, order: .file), step: 1, 0..<5) == plain)
  }

  /// An image that only the sample before the first needs is one that cannot be read, too.
  @Test func aDamagedPartnerIsNamed() throws {
    let mixing = try #require(Self.mixings.first)
    let labels = try take(loader(nil), step: 6, 0..<5).map { Int($0.target.label) }
    let damaged = Damaged(image: labels[2])
    for positions in [2..<3, 3..<5, 0..<5] {
      let failure = failure {
        _ = try take(loader(mixing, damaged), step: 6, positions, threads: 2)
      }
      #expect(failure?.message == "image \(labels[2]) is damaged", "\(positions)")
    }
    #expect(failure { _ = try take(loader(mixing, damaged), step: 6, 0..<2) } == nil)
  }

  /// Images of which one cannot be read.
  private struct Damaged: ImageDataset {
    let image: Int
    var count: Int { MixingTests.images.count }
    var shape: ImageShape { MixingTests.images.shape }
    var classes: [String] { MixingTests.images.classes }
    func label(_ index: Int) -> Int { MixingTests.images.label(index) }

    func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
      if index == image { throw Failure(.data, "image \(index) is damaged") }
      MixingTests.images.readPixels(index, into: pixels)
    }
  }
}
