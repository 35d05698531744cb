import Tensors

/// Images of a folder whose pixels were read at its opening.
struct PicturesInMemory: ImageDataset {
  let shape: ImageShape
  let classes: [String]
  let mark: String?
  /// The entry of each image.
  let entries: [ClassFolders.Entry]
  /// The pixels of these images and perhaps others.
  let pixels: [UInt8]
  /// The first byte of the first image.
  let first: Int

  var count: Int { entries.count }

  func label(_ index: Int) -> Int { entries[index].label }

  func splitKey(_ index: Int) -> UInt64? { entries[index].key }

  func readPixels(_ index: Int, into target: UnsafeMutablePointer<UInt8>) {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    let start = first + index * shape.count
    pixels.withUnsafeBufferPointer { source in
      _ = UnsafeMutableBufferPointer(start: target, count: shape.count)
        .update(fromContentsOf: source[start..<start + shape.count])
    }
  }
}
