import Containers
import Tensors

/// An archive as people download data, which is answered with the command line that unpacks it.
struct DownloadedArchive {
  /// What unpacks it, as a shell takes it.
  private let command: String
  /// What to give to `--data` then.
  private let place: String

  /// What somebody is told who gives an archive, or a folder that holds nothing but archives, in
  /// place of what is in them; nil where there are none.
  ///
  /// Throws a `.data` failure where a folder cannot be read.
  static func answer(to path: String) throws(Failure) -> String? {
    guard let folder = try Folder(ifAny: path) else {
      return DownloadedArchive(path).map {
        "\(path) is an archive: unpack it with \($0.command), and give --data \($0.place)"
      }
    }
    let archives = folder.names.compactMap { DownloadedArchive(folder.path(of: $0)) }
    guard let first = archives.first else { return nil }
    let commands = archives.prefix(4).map(\.command).joined(separator: " && ")
    let same = archives.allSatisfy { $0.place == first.place }
    return "\(path) holds archives: unpack them with \(commands), and give --data "
      + (same ? first.place : shellWord(folder.path))
  }

  /// The file at `path`, if it can be read and is an archive: a tar file, packed by gzip or not, or a
  /// zip file of other things than NumPy's arrays.
  private init?(_ path: String) {
    // The status first: a pipe would be waited for.
    guard let status = try? FileStatus(path), status.isRegular, let file = try? DataFile(path)
    else {
      return nil
    }
    let parent = Paths.parent(of: path)
    let top: String
    if let zip = try? ZipFile(file) {
      let names = zip.entries.map(\.name)
      guard !names.allSatisfy({ $0.hasSuffix(".npy") }) else { return nil }
      let tops = Set(names.map { String($0.prefix { $0 != "/" }) })
      let hasFolder = tops.count == 1 && names.contains { $0.contains("/") }
      // Where it has no folder of its own, its files get one.
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let stem = name.hasSuffix(".zip") ? String(name.dropLast(4)) : "\(name).unpacked"
      top = hasFolder ? tops.first ?? stem : stem
      let target = hasFolder ? parent : "\(parent)/\(stem)"
      command = "unzip \(shellWord(path)) -d \(shellWord(target))"
    } else {
      let isPacked = (try? Gzip.recognizes(file)) == true
      let bytes =
        isPacked ? Gzip.beginning(of: file) : (try? file.bytes(at: 0, count: min(512, file.size)))
      // A tar file says so behind the first name.
      guard let bytes, bytes.count >= 512, bytes[257..<262].elementsEqual("ustar".utf8) else {
        return nil
      }
      let name = String(decoding: bytes.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
      top = name.split(separator: "/").first { $0 != "." }.map(String.init) ?? ""
      command = "tar \(isPacked ? "-xzf" : "-xf") \(shellWord(path)) -C \(shellWord(parent))"
    }
    // Training and validation images of ImageNet32x32 are two archives, of two folders.
    let isOneOfTwo = top.hasPrefix("Imagenet32_") || top.isEmpty
    place = shellWord(isOneOfTwo ? parent : "\(parent)/\(top)")
  }
}
