import Foundation

/// Writes the files that the fuzzers begin with: `MakeSeeds FOLDER`, a folder for each in it.
@main
struct MakeSeeds {
  /// The goldens that a fuzzer begins with.
  private static let goldens = [
    "pickle": [
      "imagenet32-2", "imagenet32-3", "imagenet32-4", "imagenet32-2-older", "cifar10-python2",
      "runs",
      "objects", "fortran",
    ],
    "npz": ["imagenet32.npz", "imagenet32-deflated.npz", "imagenet32-zip64.npz"],
    "idx": ["grey-idx3", "grey-idx3.gz", "members.gz"],
    "meta": ["cifar100-meta-4", "cifar100-meta-python2"],
    "archive": ["imagenet32.npz", "members.gz"],
  ]

  static func main() throws {
    let folder = URL(filePath: CommandLine.arguments[1])
    let files = try DataFileGoldens.read()
    for (fuzzer, names) in goldens {
      for name in names { try write(files.bytes(name), to: folder, fuzzer, name) }
    }
    try write(
      [3] + DataFileGoldens.planes(0) + [9] + DataFileGoldens.planes(1),
      to: folder,
      "cifar10",
      "two"
    )
    try write([19, 99] + DataFileGoldens.planes(2), to: folder, "cifar100", "one")
  }

  private static func write(
    _ bytes: [UInt8],
    to folder: URL,
    _ fuzzer: String,
    _ name: String
  ) throws {
    let place = folder.appending(path: fuzzer)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try Data(bytes).write(to: place.appending(path: name))
  }
}
