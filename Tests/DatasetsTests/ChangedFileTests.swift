import Datasets
import Foundation
import Glibc
import Tensors
import TestSupport
import Testing

/// Files that change after they were opened.
struct ChangedFileTests {
  private func read(_ index: Int, of images: any ImageDataset) -> Failure? {
    var bytes = [UInt8](repeating: 0, count: images.shape.count)
    return failure {
      try bytes.withUnsafeMutableBufferPointer {
        try images.readPixels(index, into: $0.baseAddress!)
      }
    }
  }

  /// The third record of data_batch_2.bin, all but one byte of it.
  @Test func oneThatIsCutShortIsNamed() throws {
    let folder = try cifarFolder()
    let files = try CIFAR10Files(folder: folder.path)
    let path = folder.path(of: "data_batch_2.bin")
    #expect(truncate(path, off_t(3 * 3073 - 1)) == 0)
    #expect(read(11, of: files.train) == nil)
    for record in [12, 19] {
      let failure = read(record, of: files.train)
      #expect(failure?.kind == .data)
      #expect(failure?.message.hasPrefix("\(path) was cut short while it was in use") == true)
    }
  }

  /// A label without a class, and one with.
  @Test(arguments: [UInt8(255), 7]) func anotherLabelIsNamed(label: UInt8) throws {
    let folder = try cifarFolder()
    let files = try CIFAR10Files(folder: folder.path)
    let path = folder.path(of: "data_batch_2.bin")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seek(toOffset: 2 * 3073)
    try handle.write(contentsOf: [label])
    try handle.close()
    #expect(read(11, of: files.train) == nil)
    let failure = read(12, of: files.train)
    #expect(failure?.kind == .data)
    #expect(
      failure?.message
        == "\(path) was changed while it was in use: record 3 had the label 5 and has \(label) now"
    )
    // What was read at the opening stays.
    #expect(files.train.label(12) == 5)
  }

  @Test func anotherFileOfThatNameIsNotRead() throws {
    let folder = try cifarFolder()
    let images = try CIFAR10Files(folder: folder.path).train
    let before = images.bytes(12)
    // Written beside it and renamed.
    try Data(tenRecords(first: 1, tag: 99))
      .write(to: URL(filePath: folder.path(of: "data_batch_2.bin")), options: .atomic)
    #expect(read(12, of: images) == nil && images.bytes(12) == before)
    #expect(try CIFAR10Files(folder: folder.path).train.bytes(12) != before)
  }
}
