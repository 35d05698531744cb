import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct IDXFilesTests {
  @Test(arguments: ["", "raw/"]) func greyImages(prefix: String) throws {
    let folder = try greyFolder(under: prefix)
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(source.name == "idx" && source.form == "IDX files")
    #expect(source.train.count == 6 && source.test?.count == 4)
    #expect(source.train.shape == ImageShape(height: 4, width: 5, channels: 1))
    #expect((0..<6).map(source.train.label) == [3, 6, 9, 2, 5, 8])
    #expect(source.train.bytes(2) == (40..<60).map { UInt8(truncatingIfNeeded: 3 + 7 * $0) })
    #expect(source.train.classes == (0..<10).map(String.init))
    let (mean, deviation) = source.train.colours(0..<6)
    #expect(source.normalization.mean == mean.map(Float.init))
    #expect(source.normalization.deviation == deviation.map(Float.init))
    #expect(
      source.notes == [
        "4 of the 10 classes of \(folder.path)\(prefix.isEmpty ? "" : "/raw") have no training image"
      ]
    )
  }

  /// Packed, under both ways of writing the names.
  @Test func packedFiles() throws {
    let folder = try goldenFolder([
      "train-images-idx3-ubyte.gz": "grey-idx3.gz", "train-labels-idx1-ubyte.gz": "grey-idx1.gz",
      "t10k-images.idx3-ubyte": "grey-idx3", "t10k-labels.idx1-ubyte.gz": "grey-idx1.gz",
    ])
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(source.form == "IDX files, unpacked into memory")
    #expect((0..<3).map(source.train.label) == [9, 0, 4])
    let all = try digests(source)
    #expect(all[0] == all[1])
  }

  /// Constant images have no deviation to divide by.
  @Test func blackImages() throws {
    let folder = try greyFolder()
    try folder.write(
      idx([6, 4, 5], Array(repeating: 9, count: 120)),
      to: "train-images-idx3-ubyte"
    )
    let constants = try openDataSource(DataRequest(path: folder.path)).normalization
    #expect(constants == Normalization(mean: [9], deviation: [1]))
  }

  @Test func theLargestLabelCounts() throws {
    let folder = try greyFolder()
    try folder.write(idx([6], [0, 1, 2, 3, 4, 46]), to: "train-labels-idx1-ubyte")
    #expect(try openDataSource(DataRequest(path: folder.path)).train.classes.count == 47)
    try folder.write(idx([4], [0, 47, 2, 3]), to: "t10k-labels-idx1-ubyte")
    #expect(
      failure { try openDataSource(DataRequest(path: folder.path)) }?.message
        == "\(folder.path)/t10k-labels-idx1-ubyte: image 2 has the label 47, but the training images "
        + "have the labels 0 to 46"
    )
  }

  @Test func aFolderOfFashion() throws {
    let folder = try greyFolder(under: "Fashion-MNIST/raw/")
    let path = folder.path(of: "Fashion-MNIST")
    #expect(try openDataSource(DataRequest(path: path)).train.classes.last == "Ankle boot")
  }

  @Test func filesThatDoNotGoTogether() throws {
    let folder = try greyFolder()
    try folder.write(idx([5], [0, 1, 2, 3, 4]), to: "train-labels-idx1-ubyte")
    #expect(
      failure { try openDataSource(DataRequest(path: folder.path)) }?.message
        == "\(folder.path)/train-labels-idx1-ubyte has 5 labels for the 6 images of "
        + "\(folder.path)/train-images-idx3-ubyte"
    )
    let other = try greyFolder()
    try other.write(idx([4, 5, 4], Array(repeating: 0, count: 80)), to: "t10k-images-idx3-ubyte")
    #expect(
      failure { try openDataSource(DataRequest(path: other.path)) }?.message
        == "\(other.path)/t10k-images-idx3-ubyte: the images are 5×4×1, those of "
        + "\(other.path)/train-images-idx3-ubyte 4×5×1"
    )
    try FileManager.default.removeItem(atPath: other.path(of: "t10k-images-idx3-ubyte"))
    #expect(
      failure { try openDataSource(DataRequest(path: other.path)) }?.message
        == "\(other.path) holds no t10k-images-idx3-ubyte"
    )
  }

  private static let shared = sharedFolder()?.appending(path: "data/fashion-mnist").path

  /// Constants and sums that NumPy computed of the four files.
  @Test(
    .enabled(
      if: shared.map { FileManager.default.fileExists(atPath: $0) } == true,
      "needs ../shared/data/fashion-mnist"
    )
  )
  func fashionMNIST() throws {
    let source = try openDataSource(DataRequest(path: #require(Self.shared)))
    let test = try #require(source.test)
    #expect(source.notes.isEmpty && source.train.classes.first == "T-shirt/top")
    #expect((0..<10).map(source.train.label) == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
    #expect((0..<10).map(test.label) == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7])
    for (images, size) in [(source.train, 6000), (test, 1000)] {
      let labels = (0..<images.count).map(images.label)
      #expect((0..<10).allSatisfy { label in labels.count { $0 == label } == size })
    }
    #expect(source.normalization.mean == [72.940_352_232_142_86])
    #expect(source.normalization.deviation == [90.021_182_351_305_26])
    func sum(_ images: any ImageDataset, _ index: Int) -> Int {
      images.bytes(index).reduce(0) { $0 + Int($1) }
    }
    #expect(sum(source.train, 0) == 76247 && sum(source.train, 59_999) == 16684)
    #expect(sum(test, 0) == 33456 && sum(test, 9_999) == 24390)
    #expect(
      Array(source.train.bytes(3)[14 * 28..<15 * 28]) == [
        0, 0, 0, 0, 0, 0, 2, 0, 66, 167, 140, 148, 148, 127, 137, 152, 146, 146, 148, 96, 0, 0, 0,
        0,
        0, 0, 0, 0,
      ]
    )
  }
}
