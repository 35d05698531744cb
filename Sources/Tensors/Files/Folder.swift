import Glibc

/// A folder and the names in it, sorted byte by byte so that every machine sees one order.
package struct Folder: Sendable {
  /// Where it was opened, without a slash at the end.
  package let path: String
  /// What it holds, files and folders, without "." and "..".
  package let names: [String]

  /// Lists a folder; throws a `.data` failure when there is none or it cannot be read.
  package init(_ path: String) throws(Failure) {
    guard let folder = try Folder(ifAny: path) else {
      throw Failure(.data, "there is no folder \(path)")
    }
    self = folder
  }

  /// Lists a folder; nil when there is none.
  ///
  /// Throws a failure of `kind` when it cannot be read.
  package init?(ifAny path: String, _ kind: Failure.Kind = .data) throws(Failure) {
    var path = path
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard let stream = opendir(path) else {
      switch errno {
      case ENOENT, ENOTDIR: return nil
      case let code:
        throw Failure(kind, "cannot read the folder \(path): \(systemReason(code))")
      }
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    self.path = path
    self.names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The path of something in it.
  package func path(of name: String) -> String { "\(path)/\(name)" }
}
