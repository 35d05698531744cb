import Datasets
import Tensors
import TestSupport
import Testing

struct SampleReaderTests {
  /// Every byte of an image tells where it stands, and images differ.
  private func images(_ height: Int, _ width: Int, _ channels: Int) -> ImageBytes {
    ImageBytes(
      shape: ImageShape(height: height, width: width, channels: channels),
      labels: (0..<300).map { $0 % 10 }
    ) { image, offset in
      UInt8(truncatingIfNeeded: 31 * image + offset)
    }
  }

  /// No byte becomes 0, which only padding is.
  private func constants(_ channels: Int) -> Normalization {
    Normalization(
      mean: (0..<channels).map { -1 - Float($0) / 8 },
      deviation: (0..<channels).map { 3 + Float($0) }
    )
  }

  private func reader(
    _ images: any ImageDataset,
    _ augmentations: [any Augmentation] = [CropFlip()],
    seed: UInt64 = 7
  ) -> SampleReader {
    SampleReader(
      images,
      normalization: constants(images.shape.channels),
      augmentations: augmentations,
      seed: seed
    )
  }

  @Test func evaluationReadsTheImageAsItIs() {
    let images = images(6, 5, 2)
    let (sample, label) = reader(images, [CropFlip(), Cutout(size: 3)]).sample(13, epoch: nil)
    #expect(label == 3)
    #expect(sample == normalized(images.bytes(13), constants(2)))
  }

  @Test func trainingWithoutAugmentationReadsTheImageAsItIs() {
    let images = images(6, 5, 2)
    let reader = reader(images, [])
    #expect(reader.sample(13, epoch: 4).values == reader.sample(13, epoch: nil).values)
  }

  @Test(
    arguments: [(32, 32, 3), (5, 7, 2), (3, 2, 1), (1, 1, 4), (28, 28, 1), (40, 41, 3)]
  )
  func samplesAreMirroredCropsOfThePaddedImage(height: Int, width: Int, channels: Int) {
    let images = images(height, width, channels)
    let reader = reader(images)
    for index in 0..<100 {
      let (sample, label) = reader.sample(index, epoch: 2)
      #expect(label == index % 10)
      #expect(
        sample == reference(images, index, epoch: 2, seed: 7, constants(channels)),
        "sample \(index)"
      )
    }
  }

  /// One crop written out: a padded image of 4 × 4 seen from row 1 and column 6, mirrored.
  @Test func oneCropPixelByPixel() throws {
    let images = ImageBytes(
      shape: ImageShape(height: 4, width: 4, channels: 1),
      labels: Array(repeating: 0, count: 1000)
    ) { _, offset in UInt8(offset) }
    let index = try #require(
      (0..<1000).first {
        var draws = RandomDraws(seed: 7, purpose: .augmentation, sample: $0, step: 0)
        return [2, 9, 9].map { draws.integer(below: $0) } == [1, 1, 6]
      }
    )
    let reader = SampleReader(
      images,
      normalization: Normalization(mean: [-2], deviation: [2]),
      augmentations: [CropFlip()],
      seed: 7
    )
    #expect(
      reader.sample(index, epoch: 0).values == [
        0, 0, 0, 0,
        0, 0, 0, 0,
        0, 0, 0, 0,
        0, 0, 2.5, 2,
      ]
    )
  }

  @Test func paddingIsZeroAfterNormalisation() {
    let white = ImageBytes(
      shape: ImageShape(height: 32, width: 32, channels: 3),
      labels: Array(repeating: 0, count: 200)
    ) { _, _ in 255 }
    let reader = reader(white)
    let inside = (0..<3).map { (255 - constants(3).mean[$0]) / constants(3).deviation[$0] }
    var corners: Set<Float> = []
    for index in 0..<200 {
      let sample = reader.sample(index, epoch: 0).values
      corners.formUnion([sample[0], sample[3 * 31], sample[3 * 32 * 31], sample[3 * 1023]])
      let middle = 3 * (16 * 32 + 16)
      #expect(Array(sample[middle..<middle + 3]) == inside)
    }
    #expect(corners == [0, inside[0]])
  }

  @Test func allOffsetsAndBothDirectionsOccur() {
    let images = ImageBytes(
      shape: ImageShape(height: 16, width: 16, channels: 1),
      labels: Array(repeating: 0, count: 8100)
    ) { _, offset in UInt8(offset) }
    let reader = SampleReader(
      images,
      normalization: Normalization(mean: [0], deviation: [1]),
      augmentations: [CropFlip()],
      seed: 3
    )
    var counts: [[Int]: Int] = [:]
    for index in 0..<8100 {
      let sample = reader.sample(index, epoch: 0).values
      // Two neighbours in the middle, where no padding reaches, tell the whole view.
      let (left, right) = (Int(sample[8 * 16 + 7]), Int(sample[8 * 16 + 8]))
      let mirrored = right < left
      let column = mirrored ? left - 8 : right - 8
      counts[[mirrored ? 1 : 0, left / 16 - 8, column % 16], default: 0] += 1
    }
    #expect(counts.count == 162)
    #expect(Set(counts.keys.map { $0[1] }) == Set(-4...4))
    // 50 expected; five standard deviations are 35.
    for (view, count) in counts { #expect(abs(count - 50) < 36, "\(view)") }
  }

  @Test func samplesDependOnEpochIndexAndSeedAlone() async {
    let images = images(32, 32, 3)
    let reader = reader(images)
    let inOrder = (0..<300).map { reader.sample($0, epoch: 5).values }
    #expect((0..<300).reversed().map { reader.sample($0, epoch: 5).values } == inOrder.reversed())
    let together = await withTaskGroup(of: (Int, [Float]).self) { group in
      for index in 0..<300 {
        group.addTask { (index, reader.sample(index, epoch: 5).values) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect((0..<300).allSatisfy { together[$0] == inOrder[$0] })
    #expect((0..<300).map { reader.sample($0, epoch: 6).values } != inOrder)
    let other = self.reader(images, seed: 8)
    #expect((0..<300).map { other.sample($0, epoch: 5).values } != inOrder)
  }

  /// Doubles values or adds one to them, and moves the view to the right or mirrors it.
  private struct Change: Augmentation {
    let doubles: Bool

    func move(_ view: inout SampleView, _ draws: SampleDraws) {
      if doubles { view.right = view.mirrored ? 2 : 1 } else { view.mirrored = true }
    }

    func change(
      _ values: UnsafeMutablePointer<Float>,
      _ shape: ImageShape,
      _ draws: SampleDraws
    ) {
      for i in 0..<shape.count { values[i] = doubles ? 2 * values[i] : values[i] + 1 }
    }
  }

  /// Views are moved before values are changed, both in the order of the list.
  @Test func augmentationsAreTakenInTheirOrder() {
    let images = ImageBytes(shape: ImageShape(height: 1, width: 3, channels: 1), labels: [0]) {
      _,
      offset in UInt8(10 + offset)
    }
    func sample(_ list: [any Augmentation]) -> [Float] {
      SampleReader(
        images,
        normalization: Normalization(mean: [0], deviation: [1]),
        augmentations: list
      )
      .sample(0, epoch: 0).values
    }
    let (double, add) = (Change(doubles: true), Change(doubles: false))
    #expect(sample([double, add]) == [1, 25, 23])
    #expect(sample([add, double]) == [2, 2, 26])
  }
}
