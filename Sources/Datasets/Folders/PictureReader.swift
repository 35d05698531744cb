import Containers
import Pictures
import Tensors

/// Reads the picture in a file as a request wants it.
struct PictureReader: Sendable {
  let request: PictureRequest

  /// The picture in the file at `path`, and what only this state of the file has.
  ///
  /// Throws a `.data` failure that names it where it cannot be read.
  func picture(
    _ path: String,
    _ decoder: PictureDecoder
  ) throws(Failure) -> (picture: Picture, mark: String) {
    let file = try DataFile(path)
    let picture = try decoder.picture(try file.bytes(at: 0, count: file.size), path)
    return (request.fitted(picture), file.mark)
  }
}
