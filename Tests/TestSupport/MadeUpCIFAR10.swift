/// CIFAR-10 files of a few made-up images, on which a run takes a moment.
public func cifarFolder(train: Int = 60, test: Int = 130) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for (name, count, part) in [("data_batch_1.bin", train, 0), ("test_batch.bin", test, 1)] {
    let records = (0..<count).map { image in
      let label = (3 * image + part) % 10
      let bytes = (0..<1024).map {
        UInt8(truncatingIfNeeded: 12 * label + (image * 37 + $0 * 11) % 90)
      }
      return [UInt8(label)] + bytes + bytes.reversed() + bytes
    }
    try folder.write(Array(records.joined()), to: name)
  }
  return folder
}
