/// What an augmentation works on; a list goes through them in this order.
public enum AugmentationDomain: Int, Comparable, Sendable {
  /// Where the pixels of an image stand.
  case geometry
  /// Their values on the 0…255 scale.
  case bytes
  /// Their values after normalisation, where 0 is the mean colour.
  case normalized
  /// Whole samples of a batch.
  case mixing

  /// Earlier ones are less.
  public static func < (a: AugmentationDomain, b: AugmentationDomain) -> Bool {
    a.rawValue < b.rawValue
  }

  /// For sentences: "works on …".
  var words: String {
    switch self {
    case .geometry: "places of pixels"
    case .bytes: "bytes"
    case .normalized: "normalised values"
    case .mixing: "pairs of samples"
    }
  }
}
