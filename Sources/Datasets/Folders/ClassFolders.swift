import Tensors

/// Pictures that lie in a folder for each class: what a folder holds by the names in it alone.
struct ClassFolders {
  /// A picture.
  struct Entry: Sendable {
    let path: String
    let label: Int
    /// The XXH64 of "class/file": what decides whether it is held out, whatever others there are.
    let key: UInt64
  }

  /// The folder of the classes.
  let path: String
  /// The names of the folders that hold pictures, in byte order.
  let classes: [String]
  /// The pictures, class by class, in byte order of their names.
  let entries: [Entry]
  /// What is in it and is no JPEG or PNG file, below `path`.
  let leftOut: [String]

  /// Lists `folder`; with `classes` labels are the places of its folders' names among them.
  ///
  /// Throws a `.data` failure where a folder cannot be read or is none of `classes`.
  init(_ folder: Folder, classes known: [String]? = nil) throws(Failure) {
    var (names, entries, leftOut) = ([String](), [Entry](), [String]())
    for name in folder.names where !Self.isHidden(name) {
      guard let inner = try Folder(ifAny: folder.path(of: name)) else {
        leftOut.append(name)
        continue
      }
      leftOut += inner.names.filter { !Self.isPicture($0) }.map { "\(name)/\($0)" }
      let pictures = inner.names.filter(Self.isPicture)
      if pictures.isEmpty { continue }
      let label = known.map { $0.firstIndex(of: name) } ?? names.count
      guard let label else {
        throw Failure(
          .data,
          "\(inner.path) holds pictures of a class that the training pictures do not have"
        )
      }
      names.append(name)
      for file in pictures {
        let key = Self.key("\(name)/\(file)")
        entries.append(Entry(path: inner.path(of: file), label: label, key: key))
      }
    }
    let hidden = folder.names.filter(Self.isHidden)
    (path, self.classes, self.entries) = (folder.path, known ?? names, entries)
    self.leftOut = leftOut + hidden
  }

  /// Whether a folder holds a folder with pictures in it; false where there is none.
  static func isOne(_ path: String) throws(Failure) -> Bool {
    guard let folder = try Folder(ifAny: path) else { return false }
    for name in folder.names where !isHidden(name) {
      let inner = try Folder(ifAny: folder.path(of: name))
      if inner?.names.contains(where: isPicture) == true { return true }
    }
    return false
  }

  private static func isHidden(_ name: String) -> Bool { name.hasPrefix(".") }

  /// Whether a file is called as JPEG and PNG files are; what is in it is seen when it is read.
  private static func isPicture(_ name: String) -> Bool {
    // Those of some systems that stand beside a picture begin so.
    if isHidden(name) { return false }
    let name = name.lowercased()
    return [".jpg", ".jpeg", ".jpe", ".png"].contains { name.hasSuffix($0) }
  }

  private static func key(_ name: String) -> UInt64 {
    var name = name
    return name.withUTF8 { XXH64.hash(UnsafeRawBufferPointer($0)) }
  }
}
