import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// Archives are answered with what unpacks them, and that works.
struct DownloadedArchiveTests {
  private func answer(_ path: String) -> String? {
    failure { try openDataSource(DataRequest(path: path)) }?.message
  }

  /// Runs a shell command; whether it succeeded.
  private func shell(_ command: String) throws -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// A folder with a blank and a quote in its name, and an archive of CIFAR-10 in it.
  private func archive(_ name: String, _ flags: String) throws -> (
    folder: TemporaryFolder, path: String
  ) {
    let folder = try cifarFolder(under: "made/cifar-10-batches-bin/")
    let place = folder.path(of: "my 'data'")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    #expect(
      try shell("tar \(flags) \"\(place)/\(name)\" -C \(folder.path)/made cifar-10-batches-bin")
    )
    return (folder, "\(place)/\(name)")
  }

  @Test(
    arguments: [
      ("cifar-10-binary.tar.gz", "-czf", "-xzf"), ("flower_photos.tgz", "-czf", "-xzf"),
      ("download", "-czf", "-xzf"), ("cifar.tar", "-cf", "-xf"),
    ]
  )
  func theCommandUnpacksIt(name: String, flags: String, back: String) throws {
    let (folder, path) = try archive(name, flags)
    let (file, place) = (
      "'\(folder.path)/my '\\''data'\\''/\(name)'", "'\(folder.path)/my '\\''data'\\'''"
    )
    let data = "'\(folder.path)/my '\\''data'\\''/cifar-10-batches-bin'"
    let command = "tar \(back) \(file) -C \(place)"
    #expect(
      answer(path) == "\(path) is an archive: unpack it with \(command), and give --data \(data)"
    )
    let parent = folder.path(of: "my 'data'")
    #expect(
      answer(parent)
        == "\(parent) holds archives: unpack them with \(command), and give --data \(data)"
    )
    #expect(try shell(command))
    #expect(try openDataSource(DataRequest(path: parent)).train.count == 20)
  }

  /// A zip file with files of some names, all empty.
  private func zip(_ names: [String]) -> [UInt8] {
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    let zeros = { [UInt8](repeating: 0, count: $0) }
    for name in names {
      let size = [UInt8(name.utf8.count), 0]
      directory += [0x50, 0x4b, 1, 2] + zeros(24) + size + zeros(12)
      directory += [UInt8(file.count & 255), UInt8(file.count >> 8), 0, 0] + Array(name.utf8)
      file += [0x50, 0x4b, 3, 4] + zeros(22) + size + zeros(2) + Array(name.utf8)
    }
    let (count, size) = (UInt8(names.count), directory.count)
    return file + directory + [0x50, 0x4b, 5, 6] + zeros(4) + [count, 0, count, 0]
      + [
        UInt8(size & 255), UInt8(size >> 8), 0, 0, UInt8(file.count & 255), UInt8(file.count >> 8),
      ]
      + zeros(4)
  }

  @Test func zipFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    try folder.write(zip(["train_data_batch_1", "train_data_batch_2"]), to: "Imagenet32_train.zip")
    #expect(
      answer("\(path)/Imagenet32_train.zip")
        == "\(path)/Imagenet32_train.zip is an archive: unpack it "
        + "with unzip \(path)/Imagenet32_train.zip -d \(path)/Imagenet32_train, and give --data \(path)"
    )
    try folder.write(zip(["Imagenet32_val/", "Imagenet32_val/val_data"]), to: "Imagenet32_val.zip")
    #expect(
      answer(path) == "\(path) holds archives: unpack them with "
        + "unzip \(path)/Imagenet32_train.zip -d \(path)/Imagenet32_train && "
        + "unzip \(path)/Imagenet32_val.zip -d \(path), and give --data \(path)"
    )
    try folder.write(zip(["flowers/roses/1.jpg", "flowers/tulips/1.jpg"]), to: "a/archive.zip")
    #expect(
      answer("\(path)/a")?.hasSuffix("-d \(path)/a, and give --data \(path)/a/flowers") == true
    )
  }

  /// An npz file is not to be unpacked, one IDX file is not all, and what is damaged is no archive.
  @Test func others() throws {
    let folder = try TemporaryFolder()
    try folder.write(zip(["data.npy", "labels.npy"]), to: "some.npz")
    try folder.write(DataFileGoldens.read().bytes("grey-idx3.gz"), to: "images.gz")
    try folder.write(zip(["a/b"]).dropLast(), to: "b.zip")
    try folder.write([0x1f, 0x8b, 8], to: "c.tgz")
    for name in ["some.npz", "images.gz", "b.zip", "c.tgz"] {
      #expect(answer(folder.path(of: name))?.contains(" holds nothing to train on;") == true)
    }
    #expect(answer(folder.path)?.contains(" holds nothing to train on;") == true)
  }

  @Test func aFileOfAFolderIsToldOfTheFolder() throws {
    let folder = try cifarFolder()
    let path = folder.path(of: "data_batch_1.bin")
    #expect(
      answer(path) == "\(path) is one file of several: give --data \(folder.path), their folder"
    )
  }
}
