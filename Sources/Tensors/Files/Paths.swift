import Glibc

/// Paths as the kernel takes them: nothing in them is cut by its text, since ".." behind a link
/// leads elsewhere than its text, and "~" is a name like others.
package enum Paths {
  /// The same place for a process that runs elsewhere; `path` itself where the working folder is
  /// gone.
  package static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    let start = String(cString: folder)
    return (start.hasSuffix("/") ? start : start + "/") + path
  }

  /// The same place from the root and without links; `path` itself where there is nothing.
  package static func resolved(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return path }
    defer { free(found) }
    return String(cString: found)
  }

  /// The folder that a path's last name stands in.
  package static func parent(of path: String) -> String {
    var rest = path[...]
    while rest.utf8.count > 1, rest.hasSuffix("/") { rest.removeLast() }
    guard let slash = rest.lastIndex(of: "/") else { return "." }
    return slash == rest.startIndex ? "/" : String(rest[..<slash])
  }

  /// The names on the way from the root, without those that lead nowhere else.
  package static func components(_ path: String) -> [Substring] {
    absolute(path).split(separator: "/").filter { $0 != "." }
  }

  /// Makes a folder and those on the way to it, as far as they are missing; returns the system's
  /// error, 0 where there is none.
  package static func makeFolder(_ path: String) -> Int32 {
    if mkdir(path, 0o777) == 0 { return 0 }
    let code = errno
    if code == ENOENT {
      let above = parent(of: path)
      // The parent of the empty path is there and does not help.
      if path.isEmpty || above == path { return code }
      let failed = makeFolder(above)
      return failed != 0 ? failed : mkdir(path, 0o777) == 0 || errno == EEXIST ? 0 : errno
    }
    guard code == EEXIST else { return code }
    guard let status = try? FileStatus(path), status.isFolder else { return code }
    return 0
  }
}
