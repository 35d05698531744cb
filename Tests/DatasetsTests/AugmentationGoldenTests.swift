import Datasets
import Tensors
import TestSupport
import Testing

/// Every augmentation, and lists of them, against NumPy, SciPy and Pillow with the same draws.
struct AugmentationGoldenTests {
  /// Tests/Goldens/augmentations.json, made by Tests/pytorch/make-augmentation-golden.py.
  struct Golden: Decodable {
    let cases: [Case]
    let batches: [Batch]
  }

  /// Samples of single images.
  struct Case: Decodable, CustomTestStringConvertible {
    let augment: String
    let shape: [Int]
    let mean: [Float]
    let deviation: [Float]
    let values: [Float]
    let meanImage: [Float]?

    var testDescription: String {
      "\(augment) of \(shape)\(meanImage == nil ? "" : ", mean image")"
    }

    private enum CodingKeys: String, CodingKey {
      case augment, shape, mean, deviation, values
      case meanImage = "mean-image"
    }
  }

  /// Steps of mixed samples: of each the first three.
  struct Batch: Decodable, CustomTestStringConvertible {
    struct Step: Decodable {
      let share: Double
      let box: [Int]
      let values: [Float]
    }

    let augment: String
    let shape: [Int]
    let count: Int
    let steps: [Step]

    var testDescription: String { augment }
  }

  private static let seed: UInt64 = 0x0123_4567_89ab_cdef
  private static let golden: Golden? = try? readGolden("augmentations.json")

  /// The bytes that the script's formula gives.
  private func images(_ shape: [Int], _ count: Int) -> ImageBytes {
    ImageBytes(
      shape: ImageShape(height: shape[0], width: shape[1], channels: shape[2]),
      labels: (0..<count).map { $0 }
    ) { image, offset in
      UInt8(truncatingIfNeeded: 31 * image + 57 * offset + offset * offset / 3)
    }
  }

  private func difference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
  }

  @Test func thereIsACaseOfEveryKind() throws {
    let golden = try #require(Self.golden)
    let texts = (golden.cases.map(\.augment) + golden.batches.map(\.augment)).joined(separator: ",")
    let names = Set(texts.split(separator: ",").map { String($0.prefix { $0 != ":" }) })
    #expect(names == Set(AugmentationKind.allCases.map(\.rawValue)))
  }

  @Test(arguments: golden?.cases ?? [])
  func samplesAreTheirs(_ expected: Case) throws {
    let images = images(expected.shape, 20)
    let reader = SampleReader(
      images,
      normalization: Normalization(
        mean: expected.mean,
        deviation: expected.deviation,
        image: expected.meanImage
      ),
      augmentations: try AugmentationList(expected.augment).augmentations,
      seed: Self.seed
    )
    let places = [(0, 0), (1, 0), (2, 7), (19, 3)]
    let values = places.flatMap { reader.sample($0.0, epoch: $0.1).values }
    // Bytes of 255 in Float32 and divided by 50 at least.
    let worst = difference(values, expected.values)
    let bound: Float = 2e-6 * 255 / 50
    #expect(worst < bound)
  }

  @Test(arguments: golden?.batches ?? [])
  func batchesAreTheirs(_ expected: Batch) throws {
    let list = try AugmentationList(expected.augment)
    let mixing = try #require(list.mixing)
    let images = images(expected.shape, expected.count)
    for (step, wanted) in expected.steps.enumerated() {
      let mix = mixing.mix(seed: Self.seed, step: step, images.shape)
      #expect(abs(mix.share - wanted.share) < 1e-12, "step \(step)")
      let box = mix.box.map { [$0.rows, $0.columns] } ?? []
      #expect(box.flatMap { [$0.lowerBound, $0.upperBound] } == wanted.box, "step \(step)")
      let values: [Float] = (0..<3).flatMap { mixed($0, images, mix) }
      let worst = difference(values, wanted.values)
      #expect(worst < 1e-4, "step \(step)")
    }
  }

  /// The bytes of an image, mixed with the one before it.
  private func mixed(_ index: Int, _ images: ImageBytes, _ mix: BatchMixing.Mix) -> [Float] {
    var values = images.bytes(index).map(Float.init)
    let partner = images.bytes((index + images.count - 1) % images.count).map(Float.init)
    let width = images.shape.width * images.shape.channels
    values.withUnsafeMutableBufferPointer { values in
      partner.withUnsafeBufferPointer { partner in
        guard let own = values.baseAddress, let other = partner.baseAddress else { return }
        for row in 0..<images.shape.height {
          mix.write(row: row, other + row * width, into: own + row * width, images.shape)
        }
      }
    }
    return values
  }
}
