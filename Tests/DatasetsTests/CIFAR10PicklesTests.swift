import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct CIFAR10PicklesTests {
  private static let forms = ["python2", "2", "3", "4"]

  private func folder(_ form: String, under prefix: String = "") throws -> TemporaryFolder {
    try goldenFolder([
      "\(prefix)data_batch_1": "cifar10-\(form)", "\(prefix)data_batch_2": "cifar10-\(form)",
      "\(prefix)test_batch": "cifar10-\(form)",
      "\(prefix)batches.meta": form == "4" ? "cifar10-meta-4" : "cifar10-meta-python2",
    ])
  }

  /// The binary version of the same images.
  private func binary() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let records = zip([3, 9, 0], 0..<3).flatMap { [UInt8($0)] + DataFileGoldens.planes($1) }
    for name in ["data_batch_1", "data_batch_2", "test_batch"] {
      try folder.write(records, to: "\(name).bin")
    }
    return folder
  }

  /// All that training sees is that of the binary version.
  @Test(arguments: forms) func areTheImagesOfTheBinaryVersion(form: String) throws {
    let folder = try folder(form)
    let source = try openDataSource(DataRequest(path: folder.path))
    let binaryFolder = try binary()
    let other = try openDataSource(DataRequest(path: binaryFolder.path))
    #expect(source.form == "pickled version" && other.form == "binary version")
    #expect(try digests(source) == digests(other))
    #expect(source.name == other.name && source.normalization == other.normalization)
    #expect(source.train.classes == other.train.classes)
    #expect(source.train.shape == other.train.shape)
    #expect(source.notes == ["\(folder.path) holds 2 of the five training files of CIFAR-10"])
  }

  @Test(arguments: forms) func planesBecomePixels(form: String) throws {
    let folder = try folder(form, under: "cifar-10-batches-py/")
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect((0..<6).map(source.train.label) == [3, 9, 0, 3, 9, 0])
    for index in 0..<6 { #expect(source.train.bytes(index) == DataFileGoldens.pixels(index % 3)) }
    #expect(source.train.mark?.isEmpty == false)
  }

  @Test func whatIsMissingIsNamed() throws {
    let folder = try folder("4")
    try FileManager.default.removeItem(atPath: folder.path(of: "test_batch"))
    #expect(
      failure { try openDataSource(DataRequest(path: folder.path)) }?.message
        == "\(folder.path) holds no test_batch"
    )
    try FileManager.default.removeItem(atPath: folder.path(of: "batches.meta"))
    let source = try openDataSource(DataRequest(path: folder.path, valFraction: 0.5))
    #expect(source.train.classes.first == "airplane" && source.test == nil)
  }

  @Test func copiesAreLeftOut() throws {
    let folder = try folder("3")
    try folder.write([1], to: "data_batch_1 (1)")
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(
      source.notes.last == "not trained on, since only data_batch_N is: data_batch_1 (1)"
    )
  }

  @Test func whatIsNoImagesIsNamed() throws {
    let folder = try folder("3")
    for (golden, text) in [
      ("cifar10-meta-4", " has no array 'data' and list 'labels'"),
      ("imagenet32-4", ": image 2 has the label 1000, but the labels of CIFAR-10 are 0 to 9"),
      ("runs", ": the pickle asks for __builtin__.print, which is refused"),
    ] {
      try folder.write(DataFileGoldens.read().bytes(golden), to: "data_batch_2")
      let message = failure { try openDataSource(DataRequest(path: folder.path)) }?.message
      #expect(message?.hasPrefix("\(folder.path)/data_batch_2\(text)") == true)
    }
  }

  @Test func coarseLabelsAreRefused() throws {
    let folder = try folder("3")
    var request = DataRequest(path: folder.path)
    request.labels = .coarse
    let failure = failure { try openDataSource(request) }
    #expect(failure?.kind == .usage)
    #expect(
      failure?.message == "--labels coarse is for CIFAR-100, and \(folder.path) holds cifar10"
    )
  }
}
