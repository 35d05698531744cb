import Datasets
import Tensors
import TestSupport
import Testing

struct SyntheticImagesTests {
  private let train = SyntheticImages(.train)
  private let test = SyntheticImages(.test)

  /// The bytes on every machine, in every build: whoever changes them changes published numbers.
  @Test func theBytesArePinned() {
    #expect(train.fingerprint() == 0x31af_439d_3f5b_5657)
    #expect(test.fingerprint() == 0x7577_4f09_f3d6_2573)
  }

  @Test func shapesAndNames() {
    #expect(train.count == 10_000)
    #expect(test.count == 2_000)
    #expect(train.shape == ImageShape(height: 32, width: 32, channels: 3))
    #expect(
      train.classes == [
        "disc", "ring", "square", "triangle", "plus", "saltire", "horizontal stripes",
        "vertical stripes", "checkerboard", "dots",
      ]
    )
    #expect(test.classes == train.classes)
  }

  @Test(arguments: [SyntheticImages.Part.train, .test])
  func classesAreBalancedAndMixed(part: SyntheticImages.Part) {
    let images = SyntheticImages(part)
    var orders: Set<[Int]> = []
    for first in stride(from: 0, to: images.count, by: 10) {
      let ten = (first..<first + 10).map(images.label)
      #expect(ten.sorted() == Array(0..<10))
      orders.insert(ten)
    }
    #expect(orders.count == 40)
  }

  @Test func anyImageStandsAlone() {
    let inOrder = (500..<520).map(train.bytes)
    #expect((500..<520).reversed().map(SyntheticImages(.train).bytes) == inOrder.reversed())
  }

  @Test func noTwoImagesAreEqual() {
    let images = (0..<1000).map(train.bytes) + (0..<1000).map(test.bytes)
    #expect(Set(images).count == 2000)
  }

  @Test func theConstantsAreThoseOfTheSet() {
    let measured = train.colours(0..<train.count)
    let stated = SyntheticImages.normalization
    for channel in 0..<3 {
      #expect(abs(measured.mean[channel] - Double(stated.mean[channel])) < 0.051)
      #expect(abs(measured.deviation[channel] - Double(stated.deviation[channel])) < 0.051)
    }
  }

  /// Above chance, so that something is learned at once, and far below what a convolution reaches.
  @Test func pixelsAloneDoNotGiveTheClass() {
    let constants = SyntheticImages.normalization
    let classifier = LinearClassifier(
      fitting: train,
      normalization: constants,
      epochs: 4,
      rate: 5e-5
    )
    let accuracy = classifier.accuracy(on: test, normalization: constants)
    #expect(accuracy > 0.2)
    #expect(accuracy < 0.6)
  }
}
