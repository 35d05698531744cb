import Datasets
import Foundation
import Tensors
import TestSupport

/// A folder with files of the goldens, each under its own name.
func goldenFolder(_ files: [String: String]) throws -> TemporaryFolder {
  let (folder, goldens) = (try TemporaryFolder(), try DataFileGoldens.read())
  for (name, golden) in files { try folder.write(goldens.bytes(golden), to: name) }
  return folder
}

/// The header and the bytes of an IDX file.
func idx(_ sizes: [Int], _ bytes: [UInt8]) -> [UInt8] {
  [0, 0, 8, UInt8(sizes.count)]
    + sizes.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
    + bytes
}

/// A folder like MNIST's, of six and four grey images of 4 × 5 pixels.
func greyFolder(under prefix: String = "") throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for (name, count, tag) in [("train", 6, 3), ("t10k", 4, 100)] {
    let pixels = (0..<count * 20).map { UInt8(truncatingIfNeeded: tag + 7 * $0) }
    let labels = (0..<count).map { UInt8((3 * $0 + tag) % 10) }
    try folder.write(idx([count, 4, 5], pixels), to: "\(prefix)\(name)-images-idx3-ubyte")
    try folder.write(idx([count], labels), to: "\(prefix)\(name)-labels-idx1-ubyte")
  }
  return folder
}

/// The digests of training and test images.
func digests(_ source: DataSource) throws -> [String] {
  try [source.train, source.test].compactMap { $0 }.map { images in
    let digest = ImageDigest(images)
    return digest.whole(try digest.parts(0..<digest.blocks, threadTeam(size: 1)))
  }
}

/// All labels and pixels, read once; throws the failure of an image.
func readAll(_ images: any ImageDataset) throws {
  var pixels = [UInt8](repeating: 0, count: images.shape.count)
  for index in 0..<images.count {
    guard images.label(index) < images.classes.count else {
      throw ContractViolation("image \(index) has no class")
    }
    try pixels.withUnsafeMutableBufferPointer { room in
      if let start = room.baseAddress { try images.readPixels(index, into: start) }
    }
  }
}
