/// What a run trains on and what it is evaluated on.
public struct DataSource: Sendable {
  /// For people and folder names: "cifar10", "synthetic".
  public let name: String
  /// The training images.
  public let train: any ImageDataset
  /// The training images before some were held out or left out.
  public let whole: any ImageDataset
  /// The images that accuracy is measured on.
  public let test: any ImageDataset
  /// The constants for both.
  public let normalization: Normalization
  /// Things worth saying once: fewer than five files, say.
  public let notes: [String]

  /// A source of the given parts; `whole` is `train` unless it is given.
  public init(
    name: String,
    train: any ImageDataset,
    whole: (any ImageDataset)? = nil,
    test: any ImageDataset,
    normalization: Normalization,
    notes: [String] = []
  ) {
    self.name = name
    self.train = train
    self.whole = whole ?? train
    self.test = test
    self.normalization = normalization
    self.notes = notes
  }
}
