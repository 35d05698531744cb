import Containers
import Tensors

/// A folder of CIFAR-100: train.bin and test.bin of the binary version, or the pickles train, test
/// and meta of the Python version.
///
/// A record of the binary version is the byte of the superclass, that of the class, then 1024 bytes
/// each of red, green and blue.
enum CIFAR100Files {
  private static let shape = ImageShape(height: 32, width: 32, channels: 3)

  /// The constants of the Torch programs that train on CIFAR-100, on the 0…255 scale.
  static var normalization: Normalization {
    Normalization(mean: [129.3, 124.1, 112.4], deviation: [68.2, 65.4, 70.4])
  }

  /// The folder itself or the one in it that the archive unpacks to, if it holds the binary version.
  static func locateBinary(in folder: Folder) throws(Failure) -> Folder? {
    let marks = ["test.bin", "fine_label_names.txt", "coarse_label_names.txt"]
    let found = try folder.itself(or: ["cifar-100-binary"]) { $0 == "train.bin" }
    return found.flatMap { Set(marks).isDisjoint(with: $0.names) ? nil : $0 }
  }

  /// The same for the pickled version: its names are those of folders elsewhere.
  static func locatePickles(in folder: Folder) throws(Failure) -> Folder? {
    guard let found = try folder.itself(or: ["cifar-100-python"], where: { $0 == "train" }) else {
      return nil
    }
    for name in ["train", "meta"] {
      guard try FileStatus(found.path(of: name))?.isRegular == true else { return nil }
    }
    return found
  }

  /// Opens the binary version with the labels that are asked for.
  ///
  /// Throws a `.data` failure that names the path when a file is missing, unreadable or malformed.
  static func openBinary(_ folder: Folder, _ request: DataRequest) throws(Failure)
    -> DataFormat.Parts
  {
    let classes = ClassNames(
      linesOf: "\(request.labels)_label_names.txt",
      in: folder,
      usual: usualNames(request.labels)
    )
    let records = LabelledRecords(
      format: "CIFAR-100",
      prefix: 2,
      labelByte: request.labels == .coarse ? 0 : 1,
      shape: shape,
      classes: classes.names
    )
    return try open(folder, request, classes, "binary version", suffix: ".bin") {
      path throws(Failure) in
      try records.images([DataFile(path)])
    }
  }

  /// Opens the pickled version with the labels that are asked for; throws as `openBinary` does.
  static func openPickles(_ folder: Folder, _ request: DataRequest) throws(Failure)
    -> DataFormat.Parts
  {
    let meta = folder.path(of: "meta")
    let names = try Pickle(DataFile(meta)).strings("\(request.labels)_label_names") ?? []
    let classes = ClassNames(names, of: meta, usual: usualNames(request.labels))
    let batches = PythonBatches(
      format: "CIFAR-100",
      shape: shape,
      classes: classes.names,
      labels: "\(request.labels)_labels"
    )
    return try open(folder, request, classes, "pickled version", suffix: "") {
      path throws(Failure) in
      try batches.images([path])
    }
  }

  private static func open(
    _ folder: Folder,
    _ request: DataRequest,
    _ classes: ClassNames,
    _ form: String,
    suffix: String,
    images: (String) throws(Failure) -> ImageRecords
  ) throws(Failure) -> DataFormat.Parts {
    let test = "test\(suffix)"
    let hasTest = folder.names.contains(test)
    if request.needsTest, !hasTest { throw Failure(.data, "\(folder.path) holds no \(test)") }
    let train = try images(folder.path(of: "train\(suffix)"))
    return DataFormat.Parts(
      train: train,
      test: hasTest ? try images(folder.path(of: test)) : nil,
      normalization: normalization,
      notes: [classes.note, train.memoryNote].compactMap { $0 },
      form: "\(form), \(request.labels) labels"
    )
  }

  /// Numbers, where no file has the names.
  private static func usualNames(_ labels: LabelChoice) -> [String] {
    (0..<(labels == .coarse ? 20 : 100)).map(String.init)
  }
}

extension DataFormat {
  /// The binary version of CIFAR-100.
  static var cifar100: DataFormat {
    DataFormat(
      name: "cifar100",
      sign: "train.bin (CIFAR-100, binary version)",
      archive: (
        "cifar-100-binary", "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"
      ),
      hasCoarseLabels: true,
      recognizes: { path throws(Failure) in
        guard let folder = try Folder(ifAny: path) else { return false }
        return try CIFAR100Files.locateBinary(in: folder) != nil
      },
      open: { request throws(Failure) in
        let given = try Folder(request.path)
        guard let folder = try CIFAR100Files.locateBinary(in: given) else {
          throw Failure(.data, "\(given.path) holds no train.bin of CIFAR-100")
        }
        return try CIFAR100Files.openBinary(folder, request)
      }
    )
  }

  /// The Python version of CIFAR-100.
  static var cifar100Pickles: DataFormat {
    DataFormat(
      name: "cifar100",
      sign: "train and meta (CIFAR-100, pickled version)",
      archive: (
        "cifar-100-python", "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
      ),
      hasCoarseLabels: true,
      recognizes: { path throws(Failure) in
        guard let folder = try Folder(ifAny: path) else { return false }
        return try CIFAR100Files.locatePickles(in: folder) != nil
      },
      open: { request throws(Failure) in
        let given = try Folder(request.path)
        guard let folder = try CIFAR100Files.locatePickles(in: given) else {
          throw Failure(.data, "\(given.path) holds no train and meta of CIFAR-100")
        }
        return try CIFAR100Files.openPickles(folder, request)
      }
    )
  }
}
