import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct CIFAR10FilesTests {
  @Test func recordsComeInTheOrderOfFileNames() throws {
    let folder = try cifarFolder()
    let files = try CIFAR10Files(folder: folder.path)
    #expect(files.train.count == 20)
    #expect((0..<20).map(files.train.label) == Array(0..<10) + (3..<10) + (0..<3))
    let test = try #require(files.test)
    #expect((0..<10).map(test.label) == Array(5..<10) + (0..<5))
    #expect(files.train.shape == ImageShape(height: 32, width: 32, channels: 3))
  }

  @Test func planesBecomePixels() throws {
    let folder = try cifarFolder()
    let bytes = try CIFAR10Files(folder: folder.path).train.bytes(12)
    // The third record of the second file has the tag 22.
    for offset in bytes.indices {
      let expected = UInt8(truncatingIfNeeded: 22 + 50 * (offset % 3) + offset / 3)
      #expect(bytes[offset] == expected, "offset \(offset)")
    }
  }

  @Test func theFolderThatTheArchiveUnpacksToIsFound() throws {
    let folder = try cifarFolder(under: "cifar-10-batches-bin/")
    #expect(try CIFAR10Files(folder: folder.path + "/").train.count == 20)
  }

  @Test func fewerThanFiveFilesAreNoted() throws {
    let folder = try cifarFolder()
    #expect(
      try CIFAR10Files(folder: folder.path).notes
        == ["\(folder.path) holds 2 of the five training files of CIFAR-10"]
    )
    for number in 3...5 { try folder.write(tenRecords(), to: "data_batch_\(number).bin") }
    #expect(try CIFAR10Files(folder: folder.path).notes.isEmpty)
  }

  /// Copies that a browser or an editor left are no training images, and said to be none.
  @Test(arguments: [
    "data_batch_1 (1).bin", "data_batch_1.bin.bak", "data_batch_.bin", "data_batch_1x.bin",
    "data_batch_2-copy.bin",
  ])
  func aCopyIsNotTrainedOn(name: String) throws {
    let folder = try cifarFolder()
    try folder.write(tenRecords(), to: name)
    let files = try CIFAR10Files(folder: folder.path)
    #expect(files.train.count == 20)
    #expect(files.notes.last == "not trained on, since only data_batch_N.bin is: \(name)")
    // Alone it makes no folder of CIFAR-10.
    let other = try TemporaryFolder()
    try other.write(tenRecords(), to: name)
    #expect(throws: Failure.self) { try CIFAR10Files(folder: other.path) }
  }

  @Test(
    arguments: [
      (nil, "airplane", "truck"), ("", "airplane", "truck"),
      ("a\nb\n", "airplane", "truck"),
      ("a\na\nc\nd\ne\nf\ng\nh\ni\nj\n", "airplane", "truck"),
      ("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n", "a", "j"),
      ("a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng\r\nh\r\ni\r\nj", "a", "j"),
    ] as [(String?, String, String)]
  )
  func classNamesNeedTenLines(text: String?, first: String, last: String) throws {
    let folder = try cifarFolder()
    if let text { try folder.write(Array(text.utf8), to: "batches.meta.txt") }
    let files = try CIFAR10Files(folder: folder.path)
    let classes = files.train.classes
    #expect(classes.count == 10)
    #expect(classes.first == first)
    #expect(classes.last == last)
    // What is there and not taken is said.
    let isSaid = files.notes.contains { $0.contains("batches.meta.txt has no ten different names") }
    #expect(isSaid == (text != nil && first == "airplane"))
  }

  @Test(.enabled(if: tinyData() != nil, "needs ../shared/data/tiny"))
  func realFilesHaveTheKnownLabelsAndColours() throws {
    let tiny = try #require(tinyData())
    let expected = try JSONDecoder().decode(
      Expected.self,
      from: Data(contentsOf: tiny.appending(path: "expected.json"))
    )
    let files = try CIFAR10Files(folder: tiny.appending(path: "cifar10").path)
    #expect(files.notes.isEmpty)
    var first = 0
    for number in 1...5 {
      let known = try #require(expected.cifar10["data_batch_\(number).bin"])
      check(files.train, first..<first + known.records, known)
      first += known.records
    }
    #expect(files.train.count == first)
    let test = try #require(files.test)
    check(test, 0..<test.count, try #require(expected.cifar10["test_batch.bin"]))
  }

  private func check(_ images: any ImageDataset, _ range: Range<Int>, _ known: Expected.File) {
    #expect(range.map(images.label) == known.labels)
    let first = images.bytes(range.lowerBound)
    #expect((0..<8).map { Int(first[3 * $0]) } == known.firstReds)
    let (mean, deviation) = images.colours(range)
    for channel in 0..<3 {
      #expect(abs(mean[channel] / 255 - known.mean[channel]) < 1e-6)
      #expect(abs(deviation[channel] / 255 - known.deviation[channel]) < 1e-6)
    }
  }
}

/// What is known of the files in `data/tiny`.
private struct Expected: Decodable {
  struct File: Decodable {
    let records: Int
    /// Nil, like the reds, for all training files taken together.
    let labels: [Int]?
    let firstReds: [Int]?
    let mean: [Double]
    let deviation: [Double]

    enum CodingKeys: String, CodingKey {
      case records, labels
      case firstReds = "first_red_row0"
      case mean = "mean_rgb"
      case deviation = "std_rgb"
    }
  }
  let cifar10: [String: File]
}
