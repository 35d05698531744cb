import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct CIFAR100FilesTests {
  private static func names(_ kind: String, _ count: Int) -> [UInt8] {
    Array((0..<count).map { "\(kind)_\($0)\n" }.joined().utf8)
  }

  private func binary(under prefix: String = "", names: Bool = true) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let records = [19, 99] + DataFileGoldens.planes(3) + [4, 0] + DataFileGoldens.planes(4)
    for name in ["train", "test"] { try folder.write(records, to: "\(prefix)\(name).bin") }
    guard names else { return folder }
    try folder.write(Self.names("fine", 100), to: "\(prefix)fine_label_names.txt")
    try folder.write(Self.names("coarse", 20), to: "\(prefix)coarse_label_names.txt")
    return folder
  }

  private func pickles(_ form: String, under prefix: String = "") throws -> TemporaryFolder {
    try goldenFolder([
      "\(prefix)train": "cifar100-\(form)", "\(prefix)test": "cifar100-\(form)",
      "\(prefix)meta": "cifar100-meta-\(form)",
    ])
  }

  private func open(_ folder: TemporaryFolder, _ labels: LabelChoice) throws -> DataSource {
    var request = DataRequest(path: folder.path)
    request.labels = labels
    return try openDataSource(request)
  }

  @Test(arguments: LabelChoice.allCases)
  func bothVersionsAreTheSame(labels: LabelChoice) throws {
    let folder = try binary(under: "cifar-100-binary/")
    let source = try open(folder, labels)
    #expect(source.name == "cifar100" && source.notes.isEmpty)
    #expect(source.form == "binary version, \(labels) labels")
    #expect(source.train.classes == (0..<(labels == .fine ? 100 : 20)).map { "\(labels)_\($0)" })
    #expect((0..<2).map(source.train.label) == (labels == .fine ? [99, 0] : [19, 4]))
    for index in 0..<2 { #expect(source.train.bytes(index) == DataFileGoldens.pixels(3 + index)) }
    #expect(source.normalization.mean == [129.3, 124.1, 112.4])
    #expect(source.normalization.deviation == [68.2, 65.4, 70.4])
    for form in ["python2", "4"] {
      let folder = try pickles(form, under: "cifar-100-python/")
      let other = try open(folder, labels)
      #expect(other.form == "pickled version, \(labels) labels")
      #expect(try digests(other) == digests(source))
      #expect(other.train.classes == source.train.classes && other.name == source.name)
      #expect(other.normalization == source.normalization && other.notes.isEmpty)
    }
  }

  @Test func namesThatAreMissingAreNumbers() throws {
    let folder = try binary(names: false)
    let source = try open(folder, .fine)
    #expect(source.train.classes == (0..<100).map(String.init))
    try folder.write(Self.names("fine", 99), to: "fine_label_names.txt")
    #expect(
      try open(folder, .fine).notes == [
        "\(folder.path)/fine_label_names.txt has no 100 different names: the classes are 0, 1, … "
          + "as usual"
      ]
    )
  }

  @Test(arguments: [(LabelChoice.coarse, 0, 20), (.fine, 1, 100)])
  func aLabelWithoutAClass(labels: LabelChoice, byte: Int, label: UInt8) throws {
    let folder = try binary()
    var records = [19, 99] + DataFileGoldens.planes(3)
    records[byte] = label
    try folder.write(records, to: "train.bin")
    #expect(
      failure { try open(folder, labels) }?.message
        == "\(folder.path)/train.bin: record 1 has the label \(label), but the labels of CIFAR-100 "
        + "are 0 to \(label - 1)"
    )
  }

  @Test func theSizeIsThatOfWholeRecords() throws {
    let folder = try binary()
    try folder.write(Array(repeating: 0, count: 3073), to: "test.bin")
    #expect(
      failure { try open(folder, .fine) }?.message
        == "\(folder.path)/test.bin has 3073 bytes, which are not whole CIFAR-100 records of 3074 "
        + "bytes"
    )
  }

  /// Folders that are called train are those of images.
  @Test func foldersAreNoPickles() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "train/a")
    try folder.write([1], to: "meta")
    let message = failure { try open(folder, .fine) }?.message
    #expect(message?.contains("the pickle") != true)
  }
}
