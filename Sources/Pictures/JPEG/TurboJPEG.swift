import Glibc
import Tensors

/// The functions of libjpeg-turbo's TurboJPEG API, version 1.4 or newer, that pictures are read by.
struct TurboJPEG: Sendable {
  typealias Handle = UnsafeMutableRawPointer
  typealias Init = @convention(c) () -> Handle?
  typealias Header =
    @convention(c) (
      Handle, UnsafePointer<UInt8>?, UInt, UnsafeMutablePointer<Int32>,
      UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
    ) -> Int32
  typealias Decompress =
    @convention(c) (
      Handle, UnsafePointer<UInt8>?, UInt, UnsafeMutablePointer<UInt8>?, Int32, Int32, Int32,
      Int32, Int32
    ) -> Int32
  typealias ErrorText = @convention(c) (Handle?) -> UnsafePointer<CChar>?
  typealias Destroy = @convention(c) (Handle) -> Int32

  /// tjInitDecompress.
  let initDecompress: Init
  /// tjDecompressHeader3: width, height, subsampling, colour space.
  let decompressHeader: Header
  /// tjDecompress2: the destination with width, bytes of a row, height, pixel format and flags.
  let decompress: Decompress
  /// tjGetErrorStr2.
  let errorText: ErrorText
  /// tjDestroy.
  let destroy: Destroy
  private let library: SharedLibrary

  /// Grey and colour as tjDecompress2 writes them (TJPF_GRAY, TJPF_RGB).
  static let (grey, colour): (Int32, Int32) = (6, 0)
  /// Colour spaces of tjDecompressHeader3 (TJCS_GRAY, and from TJCS_CMYK on those of four colours).
  static let (greySpace, firstOfFour): (Int32, Int32) = (2, 3)
  /// The exact inverse transform, an end at the first warning and after 500 scans
  /// (TJFLAG_ACCURATEDCT, TJFLAG_STOPONWARNING, TJFLAG_LIMITSCANS).
  static let flags: Int32 = 4096 | 8192 | 32768

  /// Opens the library; throws a `.data` failure that names its package.
  init() throws(Failure) {
    library = try SharedLibrary(.jpeg)
    initDecompress = try library.function("tjInitDecompress", as: Init.self)
    decompressHeader = try library.function("tjDecompressHeader3", as: Header.self)
    decompress = try library.function("tjDecompress2", as: Decompress.self)
    errorText = try library.function("tjGetErrorStr2", as: ErrorText.self)
    destroy = try library.function("tjDestroy", as: Destroy.self)
  }

  /// The library's file and the XXH64 of its bytes, "libturbojpeg.so.0.2.0 0123456789abcdef", since
  /// it has no function that says its version: two machines with the same text have the same
  /// decoder, bit for bit.
  ///
  /// Throws a `.data` failure where the file cannot be read.
  func version() throws(Failure) -> String {
    guard let path = library.file(of: "tjDecompress2") else { return PictureLibrary.jpeg.soname }
    let hash = try FileBytes.read(path).withUnsafeBytes { XXH64.hash($0) }
    return "\(path.split(separator: "/").last ?? "") \(hash.hexadecimal)"
  }
}
