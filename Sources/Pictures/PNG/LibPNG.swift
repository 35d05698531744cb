import CPictures
import Tensors

/// The functions of libpng's simplified API, which returns from its errors: none of them jumps over
/// frames of ours.
struct LibPNG: Sendable {
  typealias Image = UnsafeMutablePointer<png_image>
  typealias BeginRead = @convention(c) (Image, UnsafeRawPointer?, Int) -> Int32
  typealias FinishRead =
    @convention(c) (
      Image, UnsafeRawPointer?, UnsafeMutableRawPointer?, Int32, UnsafeMutableRawPointer?
    )
    -> Int32
  typealias Write =
    @convention(c) (
      Image, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>, Int32, UnsafeRawPointer?, Int32,
      UnsafeRawPointer?
    ) -> Int32
  typealias Free = @convention(c) (Image) -> Void
  typealias Version = @convention(c) () -> UInt32

  /// png_image_begin_read_from_memory.
  let beginRead: BeginRead
  /// png_image_finish_read.
  let finishRead: FinishRead
  /// png_image_write_to_memory.
  let write: Write
  /// png_image_free.
  let free: Free
  /// "1.6.39".
  let version: String

  /// Formats: grey, and the bits that add alpha and colour (PNG_FORMAT_FLAG_…).
  static let (grey, alpha, colour): (UInt32, UInt32, UInt32) = (0, 1, 2)

  /// Opens the library; throws a `.data` failure that names its package.
  init() throws(Failure) {
    let library = try SharedLibrary(.png)
    beginRead = try library.function("png_image_begin_read_from_memory", as: BeginRead.self)
    finishRead = try library.function("png_image_finish_read", as: FinishRead.self)
    write = try library.function("png_image_write_to_memory", as: Write.self)
    free = try library.function("png_image_free", as: Free.self)
    let number = try library.function("png_access_version_number", as: Version.self)()
    version = "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
  }

  /// Calls `body` with an empty image, which is freed behind it.
  func withImage<Result, E: Error>(_ body: (Image) throws(E) -> Result) throws(E) -> Result {
    let image = Image.allocate(capacity: 1)
    image.initialize(to: png_image())
    // PNG_IMAGE_VERSION.
    image.pointee.version = 1
    defer {
      free(image)
      image.deallocate()
    }
    return try body(image)
  }

  /// What the library says of an error or a warning.
  static func text(_ image: Image) -> String {
    withUnsafeBytes(of: &image.pointee.message) {
      let text = $0.prefix { $0 != 0 }
      return text.isEmpty ? "no reason given" : String(decoding: text, as: UTF8.self)
    }
  }
}
