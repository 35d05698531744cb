import Containers
import Tensors

/// A folder of the Python version of CIFAR-10: pickles data_batch_1 to data_batch_5, test_batch and
/// batches.meta.
enum CIFAR10Pickles {
  private static let training = NumberedNames(prefix: "data_batch_", suffix: "")
  private static let testName = "test_batch"

  /// The folder itself or the one in it that the archive unpacks to; nil without training files.
  static func locate(in folder: Folder) throws(Failure) -> Folder? {
    try folder.itself(or: ["cifar-10-batches-py"], where: training.contains)
  }

  /// Opens the images of `folder`, which has training files.
  ///
  /// Throws a `.data` failure that names the path when a file is missing, unreadable or malformed.
  static func open(_ folder: Folder, needsTest: Bool) throws(Failure) -> DataFormat.Parts {
    let names = folder.names.filter(training.contains)
    let classes = try classes(in: folder)
    let batches = PythonBatches(
      format: "CIFAR-10",
      shape: ImageShape(height: 32, width: 32, channels: 3),
      classes: classes.names,
      labels: "labels"
    )
    let hasTest = folder.names.contains(testName)
    if needsTest, !hasTest { throw Failure(.data, "\(folder.path) holds no \(testName)") }
    let few =
      names.count < 5
      ? "\(folder.path) holds \(names.count) of the five training files of CIFAR-10" : nil
    let train = try batches.images(names.map(folder.path))
    return DataFormat.Parts(
      train: train,
      test: hasTest ? try batches.images([folder.path(of: testName)]) : nil,
      normalization: CIFAR10Files.normalization,
      notes: [few, training.note(of: folder.names), classes.note, train.memoryNote]
        .compactMap { $0 },
      form: "pickled version"
    )
  }

  private static func classes(in folder: Folder) throws(Failure) -> ClassNames {
    let name = "batches.meta"
    guard folder.names.contains(name) else {
      return ClassNames(linesOf: name, in: folder, usual: CIFAR10Files.classes)
    }
    let path = folder.path(of: name)
    let names = try Pickle(DataFile(path)).strings("label_names") ?? []
    return ClassNames(names, of: path, usual: CIFAR10Files.classes)
  }
}

extension DataFormat {
  /// The Python version of CIFAR-10.
  static var cifar10Pickles: DataFormat {
    DataFormat(
      name: "cifar10",
      sign: "data_batch_* (CIFAR-10, pickled version)",
      archive: (
        "cifar-10-batches-py", "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
      ),
      recognizes: { path throws(Failure) in
        guard let folder = try Folder(ifAny: path) else { return false }
        return try CIFAR10Pickles.locate(in: folder) != nil
      },
      open: { request throws(Failure) in
        let given = try Folder(request.path)
        guard let folder = try CIFAR10Pickles.locate(in: given) else {
          throw Failure(.data, "\(given.path) holds no data_batch_* of CIFAR-10")
        }
        return try CIFAR10Pickles.open(folder, needsTest: request.needsTest)
      }
    )
  }
}
