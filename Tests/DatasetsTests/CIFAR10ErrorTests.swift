import Datasets
import Foundation
import Glibc
import Tensors
import TestSupport
import Testing

/// Every sentence that a bad folder is answered with.
struct CIFAR10ErrorTests {
  /// Expects a `.data` failure that says exactly `message`.
  private func expect(
    _ message: String,
    from folder: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let failure = failure { try CIFAR10Files(folder: folder) }
    #expect(failure?.kind == .data, sourceLocation: sourceLocation)
    #expect(failure?.message == message, sourceLocation: sourceLocation)
  }

  @Test func missingFolder() throws {
    let folder = try TemporaryFolder()
    expect("there is no folder \(folder.path)/none", from: folder.path + "/none")
  }

  @Test func notAFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "file")
    expect("there is no folder \(folder.path)/file", from: folder.path + "/file")
  }

  @Test func unreadableFolder() throws {
    let folder = try TemporaryFolder()
    let loop = folder.path(of: "loop")
    try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
    expect(
      "cannot read the folder \(loop): Too many levels of symbolic links",
      from: loop
    )
  }

  @Test func noTrainingFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write(tenRecords(), to: "test_batch.bin")
    expect("\(folder.path) holds no data_batch_*.bin of CIFAR-10", from: folder.path)
    try folder.write([], to: "cifar-10-batches-bin/readme.html")
    expect("\(folder.path) holds no data_batch_*.bin of CIFAR-10", from: folder.path)
  }

  @Test func noTestFileWhereItIsNeeded() throws {
    let folder = try cifarFolder()
    try FileManager.default.removeItem(atPath: folder.path(of: "test_batch.bin"))
    expect("\(folder.path) holds no test_batch.bin", from: folder.path)
    #expect(try CIFAR10Files(folder: folder.path, needsTest: false).test == nil)
  }

  @Test func sizeThatIsNotWholeRecords() throws {
    let folder = try cifarFolder()
    try folder.write(tenRecords() + [0], to: "data_batch_2.bin")
    expect(
      "\(folder.path)/data_batch_2.bin has 30731 bytes, "
        + "which are not whole CIFAR-10 records of 3073 bytes",
      from: folder.path
    )
  }

  @Test func emptyFile() throws {
    let folder = try cifarFolder()
    try folder.write([], to: "test_batch.bin")
    expect("\(folder.path)/test_batch.bin is empty", from: folder.path)
  }

  @Test func labelAboveNine() throws {
    let folder = try cifarFolder()
    try folder.write(
      tenRecords() + record(label: 10, tag: 0) + tenRecords(),
      to: "data_batch_1.bin"
    )
    expect(
      "\(folder.path)/data_batch_1.bin: record 11 has the label 10, "
        + "but the labels of CIFAR-10 are 0 to 9",
      from: folder.path
    )
  }

  @Test func folderInPlaceOfAFile() throws {
    let folder = try cifarFolder()
    try folder.write([], to: "data_batch_3.bin/file")
    expect("\(folder.path)/data_batch_3.bin is not a regular file", from: folder.path)
  }

  @Test(.timeLimit(.minutes(1))) func pipeInPlaceOfAFile() throws {
    let folder = try cifarFolder()
    #expect(mkfifo(folder.path(of: "data_batch_3.bin"), 0o644) == 0)
    expect("\(folder.path)/data_batch_3.bin is not a regular file", from: folder.path)
  }

  @Test func unreadableFile() throws {
    let folder = try cifarFolder()
    // A link to nothing is the one unreadable file that root cannot read either.
    let link = folder.path(of: "data_batch_3.bin")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/nowhere/at/all")
    expect("cannot read \(link): No such file or directory", from: folder.path)
  }
}
