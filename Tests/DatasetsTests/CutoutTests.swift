import Datasets
import Tensors
import TestSupport
import Testing

/// Cutout against a transcription of the authors' code (uoguelph-mlrg/Cutout, util/cutout.py), and
/// where the squares lie.
struct CutoutTests {
  private static let constants = Normalization(mean: [-1, -2], deviation: [3, 4])

  /// No byte becomes 0 after normalisation.
  private func reader(
    _ height: Int,
    _ width: Int,
    _ cutout: Int,
    crops: Bool = false,
    seed: UInt64 = 7
  ) -> SampleReader {
    let images = ImageBytes(
      shape: ImageShape(height: height, width: width, channels: 2),
      labels: Array(repeating: 0, count: 4000)
    ) { image, offset in
      UInt8(truncatingIfNeeded: 31 * image + offset)
    }
    let crop: [any Augmentation] = crops ? [CropFlip()] : []
    return SampleReader(
      images,
      normalization: Self.constants,
      augmentations: crop + (cutout > 0 ? [Cutout(size: cutout)] : []),
      seed: seed
    )
  }

  /// `mask[y1: y2, x1: x2] = 0`, the four clipped to the image, about the centre of the draws.
  private func mask(_ height: Int, _ width: Int, _ length: Int, _ index: Int, epoch: Int) -> [Float]
  {
    var draws = RandomDraws(seed: 7, purpose: .cutout, sample: index, step: epoch)
    let (y, x) = (draws.integer(below: height), draws.integer(below: width))
    func clip(_ value: Int, _ most: Int) -> Int { min(max(value, 0), most) }
    let (y1, y2) = (clip(y - length / 2, height), clip(y + length / 2, height))
    let (x1, x2) = (clip(x - length / 2, width), clip(x + length / 2, width))
    return (0..<height * width).flatMap { pixel -> [Float] in
      let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
      let isCut = row >= y1 && row < y2 && column >= x1 && column < x2
      return isCut ? [0, 0] : [1, 1]
    }
  }

  @Test(
    arguments: [(8, 8), (5, 7), (1, 1), (32, 9)],
    [false, true]
  )
  func agreesWithTheAuthorsCode(sizes: (Int, Int), crops: Bool) {
    let (height, width) = sizes
    let plain = reader(height, width, 0, crops: crops)
    for length in [2, 4, 8, 100] {
      let cut = reader(height, width, length, crops: crops)
      for index in 0..<40 {
        let mask = mask(height, width, length, index, epoch: 3)
        let whole = plain.sample(index, epoch: 3).values
        let expected = zip(whole, mask).map { $1 == 0 ? 0 : $0 }
        #expect(cut.sample(index, epoch: 3).values == expected)
        #expect(cut.sample(index, epoch: nil).values == plain.sample(index, epoch: nil).values)
      }
    }
  }

  /// With one pixel the centre shows: each of 36 equally often.
  @Test func centresAreUniformOverTheImage() {
    let reader = reader(4, 9, 1)
    var counts: [Int: Int] = [:]
    for index in 0..<3600 {
      let values = reader.sample(index, epoch: 0).values
      let zeros = values.indices.filter { values[$0] == 0 }
      #expect(zeros.count == 2)
      counts[(zeros.first ?? 0) / 2, default: 0] += 1
    }
    #expect(counts.count == 36)
    // 100 expected; five standard deviations are 50.
    for (pixel, count) in counts { #expect(abs(count - 100) < 50, "\(pixel)") }
  }

  /// An odd square is as large as it says where nothing cuts it off.
  @Test func oddSquaresAreWhole() {
    let reader = reader(12, 12, 5)
    let zeros = (0..<200).map { reader.sample($0, epoch: 0).values.count { $0 == 0 } / 2 }
    #expect(zeros.max() == 25 && zeros.min().map { $0 >= 9 } == true)
  }

  @Test func epochsAndSeedsCutElsewhere() {
    let reader = reader(12, 12, 4)
    let one = (0..<20).map { reader.sample($0, epoch: 0).values }
    #expect((0..<20).map { reader.sample($0, epoch: 1).values } != one)
    let other = self.reader(12, 12, 4, seed: 8)
    #expect((0..<20).map { other.sample($0, epoch: 0).values } != one)
  }
}
