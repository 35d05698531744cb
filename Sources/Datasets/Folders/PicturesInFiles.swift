import Pictures
import Tensors

/// Images of a folder that are read from their files each time: for what goes through them once.
struct PicturesInFiles: ImageDataset {
  let shape: ImageShape
  let classes: [String]
  let mark: String?
  /// The entry of each image.
  let entries: [ClassFolders.Entry]
  let reader: PictureReader

  var count: Int { entries.count }

  func label(_ index: Int) -> Int { entries[index].label }

  func splitKey(_ index: Int) -> UInt64? { entries[index].key }

  /// Allocates, unlike others.
  func readPixels(_ index: Int, into target: UnsafeMutablePointer<UInt8>) throws(Failure) {
    let path = entries[index].path
    let picture = try reader.picture(path, PictureDecoder()).picture
    guard picture.width == shape.width, picture.height == shape.height,
      picture.channels == 1 || shape.channels == 3
    else { throw Failure(.data, "\(path) was changed while it was in use") }
    let pixels = shape.channels == 3 ? picture.inColour.bytes : picture.bytes
    _ = UnsafeMutableBufferPointer(start: target, count: shape.count).update(fromContentsOf: pixels)
  }
}
