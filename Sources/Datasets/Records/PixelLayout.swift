/// How the pixels of an image lie in a record.
enum PixelLayout: Sendable {
  /// One channel after another: channels × height × width.
  case planar
  /// Pixel by pixel: height × width × channels.
  case interleaved
}
