import Datasets
import Networks
import Tensors
import TestSupport

/// Images whose last channel is the same everywhere, but for one pixel of some of them, which
/// becomes infinite.
struct PoisonedImages: ImageDataset {
  let whole: any ImageDataset
  let poisoned: Set<Int>

  var count: Int { whole.count }
  var shape: ImageShape { whole.shape }
  var classes: [String] { whole.classes }

  func label(_ index: Int) -> Int { whole.label(index) }

  func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
    try whole.readPixels(index, into: pixels)
    for i in 0..<shape.count where i % 3 == 2 { pixels[i] = 254 }
    if poisoned.contains(index) { pixels[shape.count / 2 / 3 * 3 + 2] = 255 }
  }

  /// A source of such images; `inTest` are those of the images that are evaluated on.
  static func source(
    _ source: DataSource,
    _ poisoned: Set<Int>,
    inTest: Set<Int> = []
  ) -> DataSource {
    let usual = source.normalization
    return DataSource(
      name: "poisoned",
      train: PoisonedImages(whole: source.train, poisoned: poisoned),
      val: source.val.map { PoisonedImages(whole: $0, poisoned: inTest) },
      test: source.test.map { PoisonedImages(whole: $0, poisoned: inTest) },
      // What a pixel is above its mean becomes infinite.
      normalization: Normalization(
        mean: usual.mean[..<2] + [254],
        deviation: usual.deviation[..<2] + [.leastNonzeroMagnitude]
      )
    )
  }
}
