import Tensors

extension Folder {
  /// This folder, or the first in it of those that an archive unpacks to, whose names have what is
  /// looked for; nil where none has.
  ///
  /// Throws a `.data` failure where one cannot be read.
  func itself(
    or unpacked: [String],
    where isWanted: (String) -> Bool
  ) throws(Failure) -> Folder? {
    if names.contains(where: isWanted) { return self }
    for name in unpacked where names.contains(name) {
      guard let folder = try Folder(ifAny: path(of: name)) else { continue }
      if folder.names.contains(where: isWanted) { return folder }
    }
    return nil
  }
}
