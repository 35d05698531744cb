import Containers
import Tensors

/// Images of a prepared file, each held to its checksum when it is read.
struct PreparedImages: ImageDataset {
  let shape: ImageShape
  let classes: [String]
  private let file: DataFile
  private let part: PreparedHead.Part
  /// The first byte of the first image.
  private let first: Int

  /// The images of `part`, whose pixels begin at the byte `first` of `file`.
  init(_ file: DataFile, _ head: PreparedHead, _ part: PreparedHead.Part, first: Int) {
    (shape, classes) = (head.shape, head.classes)
    (self.file, self.part, self.first) = (file, part, first)
  }

  var count: Int { part.labels.count }
  var mark: String? { "\(file.mark) \(first)" }
  var digest: String? { part.digest }

  func label(_ index: Int) -> Int { Int(part.labels[index]) }

  func splitKey(_ index: Int) -> UInt64? { part.keys?[index] }

  func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
    let bytes = UnsafeMutableRawBufferPointer(start: pixels, count: shape.count)
    let offset = first + index * shape.count
    try file.read(at: offset, into: bytes)
    guard XXH64.hash(UnsafeRawBufferPointer(bytes)) == part.hashes[index] else {
      throw Failure(
        .data,
        "\(file.path) is damaged: the image of \(shape.count) bytes at byte \(offset) is not the one "
          + "that was written"
      )
    }
  }
}
