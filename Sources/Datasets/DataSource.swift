/// What a run trains on and what it is evaluated on.
public struct DataSource: Sendable {
  /// For people and folder names: "cifar10", "synthetic".
  public let name: String
  /// The training images.
  public let train: any ImageDataset
  /// The images that accuracy is measured on.
  public let test: any ImageDataset
  /// The constants for both.
  public let normalization: Normalization
  /// Things worth saying once: fewer than five files, say.
  public let notes: [String]

  /// A source of the given parts.
  public init(
    name: String,
    train: any ImageDataset,
    test: any ImageDataset,
    normalization: Normalization,
    notes: [String] = []
  ) {
    self.name = name
    self.train = train
    self.test = test
    self.normalization = normalization
    self.notes = notes
  }
}
