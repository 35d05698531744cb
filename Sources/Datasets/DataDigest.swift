/// What images a run was given, as `ImageDigest` has it: 64 hexadecimal digits for each part.
public struct DataDigest: Codable, Sendable, Equatable {
  /// Of the training images, before some are held out or left out.
  public let train: String
  /// Of the test images; nil where there are none.
  public let test: String?

  /// A digest of the two.
  public init(train: String, test: String?) { (self.train, self.test) = (train, test) }
}
