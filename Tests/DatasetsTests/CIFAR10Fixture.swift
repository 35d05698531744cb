import Tensors
import TestSupport

/// A record of CIFAR-10 whose pixel p of colour c is (tag + 50c + p) mod 256.
func record(label: UInt8, tag: Int) -> [UInt8] {
  [label] + (0..<3072).map { UInt8(truncatingIfNeeded: tag + 50 * ($0 / 1024) + $0 % 1024) }
}

/// One record of each label, starting with `first`, tagged with `tag` and the numbers after it.
func tenRecords(first: Int = 0, tag: Int = 0) -> [UInt8] {
  (0..<10).flatMap { record(label: UInt8((first + $0) % 10), tag: tag + $0) }
}

/// A folder with two training files and a test file of ten records each.
func cifarFolder(under prefix: String = "") throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  try folder.write(tenRecords(first: 3, tag: 20), to: prefix + "data_batch_2.bin")
  try folder.write(tenRecords(first: 0, tag: 0), to: prefix + "data_batch_1.bin")
  try folder.write(tenRecords(first: 5, tag: 40), to: prefix + "test_batch.bin")
  return folder
}

/// The failure that `body` throws; nil where it throws none.
func failure<T>(of body: () throws -> T) -> Failure? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? Failure
  }
}
