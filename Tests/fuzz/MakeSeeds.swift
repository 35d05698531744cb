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
    for file in try (readGolden("pictures.json") as Pictures).files {
      let fuzzer = file.name.hasSuffix(".png") ? "png" : "jpeg"
      try write(Array(file.file), to: folder, fuzzer, file.name)
    }
    try write(prepared, to: folder, "prepared", "two")
  }

  /// The picture files of a golden.
  private struct Pictures: Decodable {
    struct File: Decodable {
      let name: String
      let file: Data
    }
    let files: [File]
  }

  /// A prepared file of two images of one grey pixel, of one class each; its checksums are wrong.
  private static var prepared: [UInt8] {
    func number(_ number: Int, bytes: Int = 4) -> [UInt8] {
      (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    func text(_ text: String) -> [UInt8] { number(text.utf8.count) + Array(text.utf8) }
    var head = [1, 1, 1, 2].flatMap { number($0) }
    // A mean of 0 and a deviation of 1.
    head += number(0) + number(0x3f80_0000) + ["a", "b", "a seed", ""].flatMap(text) + number(1)
    head += text("train") + number(2, bytes: 8) + number(1) + Array(repeating: 7, count: 32)
    head += number(0, bytes: 2) + number(1, bytes: 2) + Array(repeating: 9, count: 4 * 8)
    let start = Array("AWDDPIMG".utf8) + number(1) + number(0, bytes: 12)
    let file = start + number(head.count, bytes: 8) + head
    return file + Array(repeating: 0, count: 4096 - file.count) + [1, 2]
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
