import Containers
import Tensors

/// A folder of ImageNet32x32 (Chrabaszcz, Loshchilov and Hutter 2017): train_data_batch_1 to
/// train_data_batch_10 and val_data, as pickles or with .npz behind their names.
///
/// The images that its authors call validation images are those that everybody tests on. Labels are
/// 1 to 1000 in the order of the authors' map_clsloc.txt, which may stand beside.
struct ImageNet32Files {
  /// The usual number of training files.
  private static let batches = 10
  private static let classCount = 1000
  private static let mapName = "map_clsloc.txt"

  /// The constants of Loshchilov's program, on the 0…255 scale.
  static var normalization: Normalization {
    Normalization(mean: [122.7, 116.65, 104], deviation: [255, 255, 255])
  }

  /// The folder of the training files, with the end of their names: "" or ".npz".
  private let train: Folder
  private let suffix: String
  /// The folder of the test file, which is another archive; nil where there is none.
  private let test: Folder?

  private var training: NumberedNames { Self.training(suffix) }

  private static func training(_ suffix: String) -> NumberedNames {
    NumberedNames(prefix: "train_data_batch_", suffix: suffix)
  }

  /// Looks in `folder` and in those that the archives unpack to; nil where there are no training
  /// files.
  init?(in folder: Folder) throws(Failure) {
    for suffix in ["", ".npz"] {
      let unpacked = ["Imagenet32_train", "Imagenet32_train_npz"]
      let names = Self.training(suffix)
      if let train = try folder.itself(or: unpacked, where: names.contains) {
        let name = "val_data\(suffix)"
        (self.train, self.suffix) = (train, suffix)
        let other = ["Imagenet32_val", "Imagenet32_val_npz"]
        test =
          train.names.contains(name) ? train : try folder.itself(or: other) { $0 == name }
        return
      }
    }
    return nil
  }

  /// Opens all images.
  ///
  /// Throws a `.data` failure that names the path when a file is missing, unreadable or malformed.
  func open(needsTest: Bool) throws(Failure) -> DataFormat.Parts {
    let names = train.names.compactMap { name in training.number(in: name).map { ($0, name) } }
      .sorted { $0 < $1 }.map(\.1)
    let classes = Self.classes(in: [train, test].compactMap { $0 })
    let batches = PythonBatches(
      format: "ImageNet32x32",
      shape: ImageShape(height: 32, width: 32, channels: 3),
      classes: classes.names,
      labels: "labels",
      firstLabel: 1
    )
    if needsTest, test == nil { throw Failure(.data, "\(train.path) holds no val_data\(suffix)") }
    let few =
      names.count < Self.batches
      ? "\(train.path) holds \(names.count) of the ten training files of ImageNet32x32" : nil
    let images = try batches.images(names.map(train.path))
    let tests = try test.map { folder throws(Failure) in
      try batches.images([folder.path(of: "val_data\(suffix)")])
    }
    return DataFormat.Parts(
      train: images,
      test: tests,
      normalization: Self.normalization,
      notes: [few, training.note(of: train.names), classes.note, images.memoryNote]
        .compactMap { $0 },
      form: suffix.isEmpty ? "pickled version" : "npz version"
    )
  }

  /// The names of map_clsloc.txt, by their numbers; numbers from 1 where there is none.
  private static func classes(in folders: [Folder]) -> ClassNames {
    let usual = (1...classCount).map(String.init)
    guard let folder = folders.first(where: { $0.names.contains(mapName) }) else {
      return ClassNames(usual, of: "", usual: usual)
    }
    let path = folder.path(of: mapName)
    var (names, synsets) = ([Int: String](), [Int: String]())
    for line in ClassNames.lines(path) {
      let words = line.split(separator: " ")
      guard words.count == 3, let number = Int(words[1]) else { continue }
      (names[number], synsets[number]) = (String(words[2]), String(words[0]))
    }
    // Two birds and machines have one name.
    var times: [String: Int] = [:]
    for name in names.values { times[name, default: 0] += 1 }
    let found = (1...classCount).compactMap { number -> String? in
      guard let name = names[number], let synset = synsets[number] else { return nil }
      return times[name] == 1 ? name : "\(name) \(synset)"
    }
    return ClassNames(found, of: path, usual: usual)
  }
}

extension DataFormat {
  /// ImageNet32x32, pickled or npz.
  static var imageNet32: DataFormat {
    DataFormat(
      name: "imagenet32",
      sign: "train_data_batch_* (ImageNet32x32, pickles or npz)",
      recognizes: { path throws(Failure) in
        guard let folder = try Folder(ifAny: path) else { return false }
        return try ImageNet32Files(in: folder) != nil
      },
      open: { request throws(Failure) in
        let given = try Folder(request.path)
        guard let files = try ImageNet32Files(in: given) else {
          throw Failure(.data, "\(given.path) holds no train_data_batch_* of ImageNet32x32")
        }
        return try files.open(needsTest: request.needsTest)
      }
    )
  }
}
