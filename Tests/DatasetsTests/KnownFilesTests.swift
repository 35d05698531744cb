import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct KnownFilesTests {
  @Test func aFileOfFewerRecordsIsSaid() throws {
    let folder = try TemporaryFolder()
    let record = [UInt8](repeating: 3, count: 3073)
    try folder.write(Array([record, record].joined()), to: "test_batch.bin")
    try folder.write([1, 2], to: "other.bin")
    try folder.write([1, 2], to: "train-images-idx3-ubyte.gz")
    let findings = try KnownFiles.findings(folder.path)
    #expect(findings.map(\.publishedIn) == [nil, nil])
    #expect(
      findings.map(\.warning) == [
        "test_batch.bin holds 2 of 10,000 records",
        "train-images-idx3-ubyte.gz is not the file that was published",
      ]
    )
  }

  @Test(
    .enabled(if: sharedFolder() != nil, "needs ../shared/data"),
    arguments: [("cifar10", 5, "CIFAR-10", 1), ("fashion-mnist", 4, "Fashion-MNIST", 0)]
  )
  func filesAreThoseThatWerePublished(name: String, count: Int, set: String, odd: Int) throws {
    let folder = try #require(sharedFolder()?.appending(path: "data/\(name)"))
    let findings = try KnownFiles.findings(folder.path)
    #expect(findings.count { $0.publishedIn == set } == count)
    let warnings = findings.compactMap(\.warning)
    #expect(warnings.count == odd)
    if odd == 1 { #expect(warnings == ["test_batch.bin holds 5,000 of 10,000 records"]) }
  }
}
