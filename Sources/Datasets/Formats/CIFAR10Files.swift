import Containers
import Tensors

/// A folder of the binary version of CIFAR-10.
///
/// Any `data_batch_N.bin`, in the order of their names, are the training images; `test_batch.bin`
/// holds the test images. The format is that of https://www.cs.toronto.edu/~kriz/cifar.html: a
/// label byte, then 1024 bytes each of red, green and blue.
public struct CIFAR10Files: Sendable {
  /// The training images.
  public let train: any ImageDataset
  /// The test images; nil where there are none.
  public let test: (any ImageDataset)?
  /// A sentence when fewer than five training files were found, and one that names files which look
  /// like such and are left out.
  public let notes: [String]

  /// The constants that Gastaldi's and Loshchilov's programs use, on the 0…255 scale.
  public static var normalization: Normalization {
    Normalization(mean: [125.3, 123.0, 113.9], deviation: [63.0, 62.1, 66.7])
  }

  /// Opens `folder`, or the folder `cifar-10-batches-bin` in it, and checks sizes and labels.
  ///
  /// Throws a `.data` failure that names the path when a file is missing, unreadable or malformed;
  /// `test_batch.bin` is opened only where `needsTest`.
  public init(folder: String, needsTest: Bool = true) throws(Failure) {
    let given = try Folder(folder)
    guard let folder = try Self.locate(in: given) else {
      throw Failure(.data, "\(given.path) holds no data_batch_*.bin of CIFAR-10")
    }
    let names = folder.names.filter(Self.training.contains)
    let classes = ClassNames(linesOf: "batches.meta.txt", in: folder, usual: Self.classes)
    let records = LabelledRecords(
      format: "CIFAR-10",
      prefix: 1,
      labelByte: 0,
      shape: ImageShape(height: 32, width: 32, channels: 3),
      classes: classes.names
    )
    func images(_ names: [String]) throws(Failure) -> ImageRecords {
      try records.images(
        names.map { name throws(Failure) in try DataFile(folder.path(of: name)) }
      )
    }
    let hasTest = folder.names.contains(Self.testName)
    if needsTest, !hasTest {
      throw Failure(.data, "\(folder.path) holds no \(Self.testName)")
    }
    train = try images(names)
    test = hasTest ? try images([Self.testName]) : nil
    notes =
      (names.count < 5
        ? ["\(folder.path) holds \(names.count) of the five training files of CIFAR-10"] : [])
      + [Self.training.note(of: folder.names), classes.note].compactMap { $0 }
  }

  /// The folder itself or the one in it that the archive unpacks to; nil without training files.
  fileprivate static func locate(in folder: Folder) throws(Failure) -> Folder? {
    try folder.itself(or: ["cifar-10-batches-bin"], where: training.contains)
  }

  private static let testName = "test_batch.bin"
  private static let training = NumberedNames(prefix: "data_batch_", suffix: ".bin")

  /// The names that everybody knows.
  static let classes = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
}

extension DataFormat {
  /// The binary version of CIFAR-10.
  static var cifar10: DataFormat {
    DataFormat(
      name: "cifar10",
      sign: "data_batch_*.bin (CIFAR-10, binary version)",
      archive: (
        "cifar-10-batches-bin", "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
      ),
      recognizes: { path throws(Failure) in
        guard let folder = try Folder(ifAny: path) else { return false }
        return try CIFAR10Files.locate(in: folder) != nil
      },
      open: { request throws(Failure) in
        let files = try CIFAR10Files(folder: request.path, needsTest: request.needsTest)
        return Parts(
          train: files.train,
          test: files.test,
          normalization: CIFAR10Files.normalization,
          notes: files.notes,
          form: "binary version"
        )
      }
    )
  }
}
