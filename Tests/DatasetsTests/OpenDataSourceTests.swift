import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct OpenDataSourceTests {
  @Test func syntheticNeedsNoFiles() throws {
    let source = try openDataSource(DataRequest(path: "synthetic"))
    #expect(source.name == "synthetic")
    #expect(source.train.count == 10_000)
    #expect(source.val == nil && source.test?.count == 2_000)
    #expect(source.normalization == SyntheticImages.normalization)
    #expect(source.notes.isEmpty)
  }

  @Test func aFolderOfCIFAR10() throws {
    let folder = try cifarFolder()
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(source.name == "cifar10")
    #expect(source.train.count == 20)
    #expect(source.test?.count == 10)
    #expect(source.normalization.mean == [125.3, 123.0, 113.9])
    #expect(source.normalization.deviation == [63.0, 62.1, 66.7])
    #expect(source.notes.count == 1)
  }

  @Test func aHeldOutPartNeedsNoTestFile() throws {
    let folder = try cifarFolder()
    try FileManager.default.removeItem(atPath: folder.path(of: "test_batch.bin"))
    let source = try openDataSource(DataRequest(path: folder.path, valFraction: 0.5))
    #expect(source.train.count == 10 && source.val?.count == 10 && source.test == nil)
    #expect(source.measured.split == .val && source.measured.images.count == 10)
    #expect(source.notes.contains { $0.contains("no test images") })
    #expect(failure { try openDataSource(DataRequest(path: folder.path)) }?.kind == .data)
  }

  @Test func aHeldOutPartOfTheBuiltInImages() throws {
    let source = try openDataSource(DataRequest(path: "synthetic", valFraction: 0.1))
    #expect(source.train.count == 9_000)
    #expect(source.val?.count == 1_000 && source.test?.count == 2_000)
    #expect(source.parts.map(\.name) == ["training", "val", "test"])
    // They are training images: the first one held out is one of the first in its class.
    #expect(
      (0..<100).map { SyntheticImages(.train).bytes($0) }.contains(
        try #require(source.val).bytes(0)
      )
    )
  }

  @Test func aMissingFolderIsToldOfTheBuiltInImages() throws {
    let folder = try TemporaryFolder()
    let failure = failure { try openDataSource(DataRequest(path: folder.path + "/none")) }
    #expect(failure?.kind == .data)
    #expect(
      failure?.message == "there is no file or folder \(folder.path)/none; "
        + "synthetic names the images that are built in"
    )
  }

  @Test(arguments: ["", "/"])
  func aMissingFolderOfCIFAR10IsToldWhereItIs(end: String) throws {
    let path = try TemporaryFolder().path + "/cifar-10-batches-bin" + end
    #expect(
      failure { try openDataSource(DataRequest(path: path)) }?.message
        == "there is no file or folder \(path); it is in "
        + "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz, and synthetic names the "
        + "images that are built in"
    )
  }

  @Test func aFolderOfNoKnownKind() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "cat.jpg")
    let failure = failure { try openDataSource(DataRequest(path: folder.path)) }
    #expect(failure?.kind == .data)
    #expect(
      failure?.message == "\(folder.path) holds nothing to train on; "
        + "looked for a file of adamw-ddp data prepare, data_batch_*.bin (CIFAR-10, binary version), "
        + "data_batch_* (CIFAR-10, pickled version), train.bin (CIFAR-100, binary version), "
        + "train and meta (CIFAR-100, pickled version), "
        + "train_data_batch_* (ImageNet32x32, pickles or npz), "
        + "train-images-idx3-ubyte (MNIST, Fashion-MNIST), "
        + "class folders with JPEG or PNG files, or train/ with such and val/ or test/"
    )
  }

  @Test func aFileOfNoKnownKind() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "cat.jpg")
    let path = folder.path(of: "cat.jpg")
    let failure = failure { try openDataSource(DataRequest(path: path)) }
    #expect(failure?.kind == .data)
    #expect(failure?.message.hasPrefix("\(path) holds nothing to train on;") == true)
  }
}
