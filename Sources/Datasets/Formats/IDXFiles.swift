import Containers
import Tensors

/// A folder of IDX files under MNIST's names, plain or packed by gzip: MNIST, Fashion-MNIST and what
/// is made like them.
///
/// There are as many classes as the largest training label asks for, at least ten. Their names are
/// numbers; Fashion-MNIST is known by its training labels, or by a folder that is called so.
/// Normalisation is by mean and deviation of the training images, computed at the opening.
struct IDXFiles {
  private static let fashion = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]
  /// SHA-256 of the 60,000 training labels of Fashion-MNIST.
  private static let fashionLabels =
    "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7"

  private let folder: Folder
  private let training: (images: String, labels: String)
  private let test: (images: String, labels: String)?

  /// Looks in `folder` and in a folder `raw` in it, as torchvision makes one; nil where there are no
  /// training images.
  init?(in folder: Folder) throws(Failure) {
    let found = try folder.itself(or: ["raw"]) { Self.names("train", 3).contains($0) }
    guard let found, let training = Self.pair("train", in: found) else { return nil }
    (self.folder, self.training) = (found, training)
    test = Self.pair("t10k", in: found)
  }

  /// The names that a file of a part may have, by its number of sizes.
  private static func names(_ part: String, _ sizes: Int) -> [String] {
    let kind = sizes == 3 ? "images" : "labels"
    return ["-", "."].flatMap { mark in
      ["", ".gz"].map { "\(part)-\(kind)\(mark)idx\(sizes)-ubyte\($0)" }
    }
  }

  /// The two files of a part; nil where there are no images.
  ///
  /// Labels that are missing are an error of the opening.
  private static func pair(_ part: String, in folder: Folder) -> (images: String, labels: String)? {
    func path(_ sizes: Int) -> String? {
      names(part, sizes).first(where: folder.names.contains).map(folder.path)
    }
    return path(3).map { ($0, path(1) ?? folder.path(of: names(part, 1)[0])) }
  }

  /// Opens all images.
  ///
  /// Throws a `.data` failure that names the path when a file is missing, unreadable or malformed.
  func open(needsTest: Bool) throws(Failure) -> DataFormat.Parts {
    if needsTest, test == nil {
      throw Failure(.data, "\(folder.path) holds no \(Self.names("t10k", 3)[0])")
    }
    let pair = try IDXPair(images: training.images, labels: training.labels)
    let classes = classes(of: pair.labels)
    let train = try pair.records(classes: classes)
    let tests = try test.map { files throws(Failure) in
      try IDXPair(images: files.images, labels: files.labels).records(classes: classes)
    }
    if let tests, let test, tests.shape != train.shape {
      throw Failure(
        .data,
        "\(test.images): the images are \(tests.shape), those of \(training.images) \(train.shape)"
      )
    }
    let empty = Set(0..<classes.count).subtracting(pair.labels.map(Int.init)).count
    let hole =
      empty == 0
      ? nil : "\(empty) of the \(classes.count) classes of \(folder.path) have no training image"
    return DataFormat.Parts(
      train: train,
      test: tests,
      normalization: try Normalization(computedFrom: train),
      notes: [hole, train.memoryNote].compactMap { $0 },
      form: pair.images.source is UnpackedBytes ? "IDX files, unpacked into memory" : "IDX files"
    )
  }

  private func classes(of labels: [UInt8]) -> [String] {
    let count = max(10, Int(labels.max() ?? 0) + 1)
    var digest = SHA256()
    labels.withUnsafeBytes { digest.update($0) }
    let isFashion =
      digest.hexadecimal == Self.fashionLabels
      || Paths.components(folder.path).suffix(2).contains { $0.lowercased().contains("fashion") }
    return isFashion && count == 10 ? Self.fashion : (0..<count).map(String.init)
  }
}

extension DataFormat {
  /// Grey images in IDX files.
  static var idx: DataFormat {
    DataFormat(
      name: "idx",
      sign: "train-images-idx3-ubyte (MNIST, Fashion-MNIST)",
      recognizes: { path throws(Failure) in
        guard let folder = try Folder(ifAny: path) else { return false }
        return try IDXFiles(in: folder) != nil
      },
      open: { request throws(Failure) in
        let given = try Folder(request.path)
        guard let files = try IDXFiles(in: given) else {
          throw Failure(.data, "\(given.path) holds no train-images-idx3-ubyte")
        }
        return try files.open(needsTest: request.needsTest)
      }
    )
  }
}
