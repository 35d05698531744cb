import Tensors

/// A folder of pictures with a folder for each class, whole or in train/, val/ and test/.
struct PictureFolder {
  /// The training pictures.
  let train: ClassFolders
  /// Those of val/ and of test/; nil where there are none.
  let (val, test): (ClassFolders?, ClassFolders?)
  /// Whether there is a folder train/.
  let isSplit: Bool

  /// Lists the folder at `path`; throws a `.data` failure where it cannot be read, or val/ or test/
  /// has a class that train/ has not.
  init(_ path: String) throws(Failure) {
    let folder = try Folder(path)
    isSplit = try ClassFolders.isOne(folder.path(of: "train"))
    guard isSplit else {
      train = try ClassFolders(folder)
      (val, test) = (nil, nil)
      return
    }
    let train = try ClassFolders(try Folder(folder.path(of: "train")))
    func part(_ name: String) throws(Failure) -> ClassFolders? {
      guard try ClassFolders.isOne(folder.path(of: name)) else { return nil }
      return try ClassFolders(try Folder(folder.path(of: name)), classes: train.classes)
    }
    self.train = train
    (val, test) = (try part("val"), try part("test"))
  }

  /// Whether a path is such a folder; throws a `.data` failure where one cannot be read.
  static func isOne(_ path: String) throws(Failure) -> Bool {
    if try ClassFolders.isOne("\(path)/train") { return true }
    return try ClassFolders.isOne(path)
  }

  /// Those that are there: training, val, test.
  var parts: [ClassFolders] { [train, val, test].compactMap { $0 } }

  /// A sentence about files that are no pictures; nil where there are none.
  var note: String? {
    let names = parts.flatMap { part in part.leftOut.map { "\(part.path)/\($0)" } }
    guard let first = names.first else { return nil }
    return names.count == 1
      ? "\(first) is left out: it is no JPEG or PNG file"
      : "\(names.count) files that are no JPEG or PNG files are left out, the first of them \(first)"
  }
}
