import Pictures
import Tensors

/// A picture that the fuzzer makes.
enum FuzzedPicture {
  private static let name = "a/fuzzed"

  /// Reads the bytes as a file of a picture; anything else than a picture or a `.data` failure that
  /// names the file ends the process.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>, _ library: PictureLibrary) {
    // A fuzzer that takes its time with the other kind learns nothing.
    guard PictureDecoder.library(of: bytes) == library else { return }
    do throws(Failure) {
      let picture = try PictureDecoder().picture(Array(bytes), name)
      precondition(picture.bytes.count == picture.width * picture.height * picture.channels)
      var request = PictureRequest()
      (request.size, request.crop) = (16, .center)
      precondition(request.fitted(picture).bytes.count == 256 * picture.channels)
    } catch {
      precondition(error.kind == .data && error.message.contains(name), "\(error)")
    }
  }
}
