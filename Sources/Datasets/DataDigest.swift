/// What images a run was given, as `ImageDigest` has it: 64 hexadecimal digits for each part.
public struct DataDigest: Codable, Sendable, Equatable {
  /// Of the training images, before some are held out or left out.
  public let train: String
  /// Of the test images; nil where there are none.
  public let test: String?
  /// The libraries that decoded the images, with their versions; nil where none did.
  ///
  /// For people: what they make of a file stands in the digests.
  public let decoder: String?

  /// A digest of the two.
  public init(train: String, test: String?, decoder: String? = nil) {
    (self.train, self.test, self.decoder) = (train, test, decoder)
  }

  /// Whether the images are the same, whoever decoded them.
  public static func == (a: DataDigest, b: DataDigest) -> Bool {
    a.train == b.train && a.test == b.test
  }
}
