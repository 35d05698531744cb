/// What an evaluation looks at of each image; of several views the softmax probabilities are
/// averaged.
public enum TestViews: String, CaseIterable, Sendable {
  /// The image as it is.
  case none
  /// The image and its mirror image, left to right.
  case flip

  /// Whether each view is mirrored.
  var mirrored: [Bool] { self == .flip ? [false, true] : [false] }
}
