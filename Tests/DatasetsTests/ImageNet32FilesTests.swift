import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct ImageNet32FilesTests {
  private static let goldens = [
    "imagenet32-2", "imagenet32-3", "imagenet32-4", "imagenet32-2-older", "imagenet32-4-older",
    "imagenet32.npz", "imagenet32-deflated.npz", "imagenet32-zip64.npz",
  ]

  private func folder(
    _ golden: String,
    batches: Int = 10,
    _ train: String = "",
    _ val: String = ""
  ) throws -> TemporaryFolder {
    let suffix = golden.hasSuffix(".npz") ? ".npz" : ""
    var files = ["\(val)val_data\(suffix)": golden]
    for number in 1...batches { files["\(train)train_data_batch_\(number)\(suffix)"] = golden }
    return try goldenFolder(files)
  }

  @Test(arguments: goldens) func allFormsAreTheSame(golden: String) throws {
    let folder = try folder(golden)
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(source.name == "imagenet32" && source.notes.isEmpty)
    #expect(source.form == (golden.hasSuffix(".npz") ? "npz version" : "pickled version"))
    #expect(source.train.count == 20 && source.test?.count == 2)
    #expect((0..<4).map(source.train.label) == [0, 999, 0, 999])
    for index in 0..<4 {
      #expect(source.train.bytes(index) == DataFileGoldens.pixels(index % 2 * 5))
    }
    #expect(source.train.classes == (1...1000).map(String.init))
    #expect(source.normalization.mean == [122.7, 116.65, 104])
    #expect(source.normalization.deviation == [255, 255, 255])
  }

  /// By number, not by name.
  @Test func theTenthFileIsTheLast() throws {
    let folder = try folder("imagenet32-4")
    try folder.write(DataFileGoldens.read().bytes("imagenet32-2"), to: "train_data_batch_10")
    let spoiled = try DataFileGoldens.read().bytes("runs")
    try folder.write(spoiled, to: "train_data_batch_10")
    try folder.write(spoiled, to: "train_data_batch_9")
    let message = failure { try openDataSource(DataRequest(path: folder.path)) }?.message
    #expect(message?.hasPrefix("\(folder.path)/train_data_batch_9:") == true)
  }

  @Test func fewerFilesAreNoted() throws {
    let folder = try folder("imagenet32.npz", batches: 3)
    #expect(
      try openDataSource(DataRequest(path: folder.path)).notes
        == ["\(folder.path) holds 3 of the ten training files of ImageNet32x32"]
    )
  }

  /// The two archives unpack to folders of their own.
  @Test(arguments: [("imagenet32-4", ""), ("imagenet32.npz", "_npz")])
  func twoFolders(golden: String, end: String) throws {
    let folder = try folder(golden, "Imagenet32_train\(end)/", "Imagenet32_val\(end)/")
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(source.train.count == 20 && source.test?.count == 2)
  }

  @Test func theTestFileIsNamedWhereItIsMissing() throws {
    let folder = try folder("imagenet32-4", "Imagenet32_train/")
    try FileManager.default.removeItem(atPath: folder.path(of: "val_data"))
    let train = folder.path(of: "Imagenet32_train")
    #expect(
      failure { try openDataSource(DataRequest(path: folder.path)) }?.message
        == "\(train) holds no val_data"
    )
    #expect(try openDataSource(DataRequest(path: folder.path, valFraction: 0.5)).test == nil)
  }

  @Test func namesOfClasses() throws {
    let folder = try folder("imagenet32-4")
    let lines = (1...1000).map {
      "n\(10000 + $0) \($0) \($0 == 7 || $0 == 9 ? "crane" : "a_\($0)")\n"
    }
    try folder.write(Array(lines.joined().utf8), to: "map_clsloc.txt")
    let classes = try openDataSource(DataRequest(path: folder.path)).train.classes
    #expect(classes[0] == "a_1" && classes[6] == "crane n10007" && classes[8] == "crane n10009")
    try folder.write(Array(lines.dropLast().joined().utf8), to: "map_clsloc.txt")
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(source.train.classes[0] == "1" && source.notes.count == 1)
  }

  @Test(arguments: [("imagenet32-4", ""), ("imagenet32.npz", ".npz")])
  func labelsBeginAtOne(golden: String, suffix: String) throws {
    let folder = try folder(golden)
    var bytes = try DataFileGoldens.read().bytes(golden)
    if suffix.isEmpty {
      // The first label, behind an opcode.
      let place = try #require(bytes.firstRange(of: [0x4b, 1, 0x4d, 0xe8, 3]))
      bytes[place.lowerBound + 1] = 0
    } else {
      let place = try #require(bytes.firstRange(of: [1, 0, 0, 0, 0, 0, 0, 0, 0xe8, 3]))
      bytes[place.lowerBound] = 0
    }
    try folder.write(bytes, to: "train_data_batch_2\(suffix)")
    #expect(
      failure { try openDataSource(DataRequest(path: folder.path)) }?.message
        == "\(folder.path)/train_data_batch_2\(suffix): image 1 has the label 0, but the labels of "
        + "ImageNet32x32 are 1 to 1000"
    )
  }
}
