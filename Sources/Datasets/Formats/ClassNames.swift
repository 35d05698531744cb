import Containers
import Tensors

/// The names of classes that a file beside the images has.
struct ClassNames: Sendable {
  let names: [String]
  /// A sentence where there is a file and its names are not taken.
  let note: String?

  /// As many names as there are in `usual`, all different, from the lines of a file; `usual` where
  /// there is none or they are not.
  init(linesOf name: String, in folder: Folder, usual: [String]) {
    guard folder.names.contains(name) else {
      self.init(usual, of: name, usual: usual)
      return
    }
    let path = folder.path(of: name)
    self.init(ClassNames.lines(path), of: path, usual: usual)
  }

  /// The names found in the file `path`, if they are as many as in `usual` and all different; else
  /// `usual`.
  init(_ found: [String], of path: String, usual: [String]) {
    if found.count == usual.count, Set(found).count == usual.count {
      (names, note) = (found, nil)
    } else {
      let count = usual.count == 10 ? "ten" : "\(usual.count)"
      names = usual
      note =
        "\(path) has no \(count) different names: the classes are \(usual[0]), \(usual[1]), … as usual"
    }
  }

  /// The lines of a text file that are not empty; none where it cannot be read or is no list of
  /// names.
  static func lines(_ path: String) -> [String] {
    guard let file = try? DataFile(path), file.size <= 1 << 20, let text = try? file.text() else {
      return []
    }
    return text.split(whereSeparator: \.isNewline).map(String.init)
  }
}
