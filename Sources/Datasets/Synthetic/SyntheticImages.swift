import Tensors

/// The built-in set: ten shapes and textures, each image drawn from its number alone.
///
/// No file, no memory, the same bytes on every machine; the run's seed has no part in it. Size,
/// place, tilt, colours, light and noise vary, and a figure may be lighter or darker than its
/// ground, so pixels taken one by one say little about the class.
public struct SyntheticImages: ImageDataset {
  /// Which of the two sets, which share no image.
  public enum Part: Int, Sendable {
    /// 10,000 images.
    case train
    /// 2,000 images.
    case test
  }

  /// The key of every draw.
  private static let seed: UInt64 = 0x5eed_0f_1a9e5

  private let part: Part

  /// One of the two sets.
  public init(_ part: Part) { self.part = part }

  /// Measured over the training images.
  public static var normalization: Normalization {
    Normalization(mean: [108.7, 108.9, 109.7], deviation: [55.1, 54.9, 54.4])
  }

  /// 10,000 or 2,000.
  public var count: Int { part == .train ? 10_000 : 2_000 }
  /// 32 × 32 × 3.
  public var shape: ImageShape { ImageShape(height: 32, width: 32, channels: 3) }
  /// The names of the ten figures.
  public var classes: [String] { SyntheticFigure.allCases.map(\.name) }

  /// A constant, for the images are the program's and drawing them all takes a while.
  public var digest: String? {
    switch part {
    case .train: "ac0cc588fe079f8c3f1b51838298f16729f7ee3e7a9f6dfa486c31a117701fae"
    case .test: "ba9493e3bbd749c5686f1731c7e6b68e0b3d2b20b61328b77204d6a145134c12"
    }
  }

  /// The class of an image; each ten in a row hold all ten classes, in an order drawn for them.
  public func label(_ index: Int) -> Int {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    var draws = RandomDraws(
      seed: Self.seed,
      purpose: .syntheticImages,
      site: 2 + part.rawValue,
      sample: index / 10
    )
    // Times a number prime to ten, plus any number: one of forty orders of the ten.
    let factor = SIMD4(1, 3, 7, 9)[draws.integer(below: 4)]
    return (factor * (index % 10) + draws.integer(below: 10)) % 10
  }

  /// Writes an image as 32 × 32 × 3 bytes.
  public func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) {
    guard let figure = SyntheticFigure(rawValue: label(index)) else {
      preconditionFailure("a label is the number of a figure")
    }
    var draws = RandomDraws(
      seed: Self.seed,
      purpose: .syntheticImages,
      site: part.rawValue,
      sample: index
    )
    SyntheticScene(figure: figure, draws: &draws).paint(size: 32, into: pixels)
  }
}

extension DataFormat {
  /// The images that are built in, whose path is the name.
  static var synthetic: DataFormat {
    DataFormat(
      name: DataRequest.builtIn,
      sign: nil,
      recognizes: { $0 == DataRequest.builtIn },
      open: { _ in
        Parts(
          train: SyntheticImages(.train),
          test: SyntheticImages(.test),
          normalization: SyntheticImages.normalization
        )
      }
    )
  }
}
