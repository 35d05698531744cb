/// The augmentations that a list may have, by the names that users write.
public enum AugmentationKind: String, CaseIterable, Sendable {
  case cropFlip = "crop-flip"
  case padCrop = "pad-crop"
  case reflectCrop = "reflect-crop"
  case flip
  case shift
  case resizedCrop = "resized-crop"
  case colorJitter = "color-jitter"
  case cutout
  case erasing
  case mixup
  case cutmix

  /// A number that stands behind the name.
  struct Number {
    /// For help: "N".
    let name: String
    let range: ClosedRange<Double>
    /// Whether it counts pixels.
    var isWhole = false
    /// What it is where it is left out; nil where it may not be.
    var usual: Double?

    /// Pixels; more than an image has do no harm.
    static func pixels(_ name: String) -> Number {
      Number(name: name, range: 1...1_000_000_000, isWhole: true)
    }

    /// A part of something.
    static func part(_ name: String, _ usual: Double? = nil) -> Number {
      Number(name: name, range: 0.001...1, usual: usual)
    }

    /// A quotient of two sides.
    static func aspect(_ name: String, _ usual: Double) -> Number {
      Number(name: name, range: 0.01...100, usual: usual)
    }
  }

  /// What it works on.
  public var domain: AugmentationDomain {
    switch self {
    case .cropFlip, .padCrop, .reflectCrop, .flip, .shift, .resizedCrop: .geometry
    case .colorJitter: .bytes
    case .cutout, .erasing: .normalized
    case .mixup, .cutmix: .mixing
    }
  }

  /// The numbers behind its name, in their order.
  var numbers: [Number] {
    switch self {
    case .cropFlip, .flip: []
    case .padCrop, .reflectCrop, .cutout: [.pixels("N")]
    case .shift: [Number(name: "PART", range: 0.001...0.999)]
    case .resizedCrop:
      [.part("LEAST", 0.08), .part("MOST", 1), .aspect("FROM", 0.75), .aspect("TO", 4.0 / 3)]
    case .colorJitter:
      ["BRIGHTNESS", "CONTRAST", "SATURATION"].enumerated().map { place, name in
        Number(name: name, range: 0...10, usual: place == 0 ? nil : 0)
      }
    case .erasing:
      [
        .part("PROBABILITY", 0.5), .part("LEAST", 0.02), .part("MOST", 0.33), .aspect("FROM", 0.3),
        .aspect("TO", 3.3),
      ]
    case .mixup, .cutmix: [Number(name: "ALPHA", range: 0.001...1000, usual: 1)]
    }
  }

  /// The places of two numbers of which the first may not be the larger.
  var ordered: [(Int, Int)] {
    switch self {
    case .resizedCrop: [(0, 1), (2, 3)]
    case .erasing: [(1, 2), (3, 4)]
    default: []
    }
  }

  /// How it is written, for help: "pad-crop:N".
  public var form: String {
    let needed = numbers.filter { $0.usual == nil }.map { ":\($0.name)" }.joined()
    let others = numbers.filter { $0.usual != nil }
    let optional = others.map { "[:\($0.name)" }.joined() + others.map { _ in "]" }.joined()
    return rawValue + needed + optional
  }
}
