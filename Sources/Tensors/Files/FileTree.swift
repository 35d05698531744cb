import Glibc

/// The regular files under a path, links followed, by names relative to it.
package struct FileTree: Sendable {
  /// One of them.
  package struct Entry: Sendable, Equatable {
    /// Relative to the path; empty where the path itself is the file.
    package let name: String
    /// Its length.
    package let bytes: Int
    /// When it was last changed, for comparing.
    package let changed: String
  }

  /// Folders in folders that are looked into; links may lead in circles.
  private static let depth = 16

  /// The path that was given.
  package let path: String
  /// The files in byte order of their names, folder by folder.
  package let files: [Entry]

  /// Lists what is under `path`; throws a `.data` failure where that cannot be read.
  package init(_ path: String) throws(Failure) {
    self.path = path
    var files: [Entry] = []
    try Self.list(path, "", 0, into: &files)
    self.files = files
  }

  /// Bytes of all files.
  package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

  /// The path of a file, under another one than that of the tree where one is given.
  package func path(of file: Entry, under other: String? = nil) -> String {
    file.name.isEmpty ? other ?? path : "\(other ?? path)/\(file.name)"
  }

  private static func list(
    _ path: String,
    _ name: String,
    _ level: Int,
    into files: inout [Entry]
  ) throws(Failure) {
    guard let status = try FileStatus(path) else {
      throw Failure(.data, "there is no file or folder \(path)")
    }
    if status.isRegular {
      files.append(Entry(name: name, bytes: status.bytes, changed: status.changed))
    } else if status.isFolder {
      guard level < depth else {
        throw Failure(.data, "\(path): folders lie in one another more than \(depth) deep")
      }
      let folder = try Folder(path)
      for entry in folder.names {
        // A link that leads nowhere is no file.
        guard try FileStatus(folder.path(of: entry)) != nil else { continue }
        let inner = name.isEmpty ? entry : "\(name)/\(entry)"
        try list(folder.path(of: entry), inner, level + 1, into: &files)
      }
    }
  }
}
