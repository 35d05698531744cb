/// What a run trains on, and what it is evaluated on.
public struct DataSource: Sendable {
  /// For people and folder names: "cifar10", "synthetic".
  public let name: String
  /// The training images.
  public let train: any ImageDataset
  /// The training images before some were held out or left out.
  public let whole: any ImageDataset
  /// The images held out to choose by; nil where there are none.
  public let val: (any ImageDataset)?
  /// The test images; nil where there are none.
  public let test: (any ImageDataset)?
  /// The constants for all.
  public private(set) var normalization: Normalization
  /// Things worth saying once: fewer than five files, say.
  public let notes: [String]
  /// Which files it was read from, where a kind of data has several: "binary version".
  public let form: String?
  /// The libraries that decoded the images, with their versions; nil where none did.
  ///
  /// Decoders of JPEG differ in the last bit.
  public let decoder: String?

  /// A source of the given parts, at least one of them to evaluate on where that is done; `whole` is `train` unless it is
  /// given.
  public init(
    name: String,
    train: any ImageDataset,
    whole: (any ImageDataset)? = nil,
    val: (any ImageDataset)? = nil,
    test: (any ImageDataset)?,
    normalization: Normalization,
    notes: [String] = [],
    form: String? = nil,
    decoder: String? = nil
  ) {
    (self.name, self.train, self.val, self.test) = (name, train, val, test)
    self.whole = whole ?? train
    (self.normalization, self.notes, self.form) = (normalization, notes, form)
    self.decoder = decoder
  }

  /// The same with other constants.
  public func normalized(by constants: Normalization) -> DataSource {
    var source = self
    source.normalization = constants
    return source
  }

  /// The images of a split; nil where there are none.
  public func images(of split: EvaluationSplit) -> (any ImageDataset)? {
    switch split {
    case .val: val
    case .test: test
    }
  }

  /// What a run is evaluated on as it goes: what is held out, else the test images.
  public var measured: (split: EvaluationSplit, images: any ImageDataset) {
    if let val { return (.val, val) }
    guard let test else { preconditionFailure("there is nothing to evaluate on") }
    return (.test, test)
  }

  /// All that there is, by the name that people know it by.
  public var parts: [(name: String, images: any ImageDataset)] {
    [("training", train)]
      + EvaluationSplit.allCases.compactMap { split in
        images(of: split).map { (split.rawValue, $0) }
      }
  }
}
