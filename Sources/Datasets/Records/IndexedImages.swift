import Tensors

/// Some images of another dataset, under new numbers.
struct IndexedImages: ImageDataset {
  let base: any ImageDataset
  /// The number in `base` of each image.
  let indices: [Int32]

  var count: Int { indices.count }
  var shape: ImageShape { base.shape }
  var classes: [String] { base.classes }

  func label(_ index: Int) -> Int { base.label(Int(indices[index])) }

  func splitKey(_ index: Int) -> UInt64? { base.splitKey(Int(indices[index])) }

  func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
    try base.readPixels(Int(indices[index]), into: pixels)
  }
}
