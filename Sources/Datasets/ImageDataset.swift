import Tensors

/// Labelled images in a fixed order, readable from any thread.
public protocol ImageDataset: Sendable {
  /// The number of images.
  var count: Int { get }
  /// The shape of every image.
  var shape: ImageShape { get }
  /// The names of the classes, in label order.
  var classes: [String] { get }
  /// What only a dataset of the same images has in another process of this host; nil where nobody
  /// can tell.
  var mark: String? { get }
  /// Its `ImageDigest`, where that is known beforehand.
  var digest: String? { get }
  /// What decides whether an image is held out, evenly spread over 64 bits; nil where its place
  /// among the others of its class does.
  func splitKey(_ index: Int) -> UInt64?
  /// The label of an image, below `classes.count`.
  func label(_ index: Int) -> Int
  /// Writes an image as height × width × channels bytes, channels contiguous (RGB RGB …); allocates
  /// nothing.
  ///
  /// Throws a `.data` failure that names the file of an image that cannot be read.
  func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure)
}

extension ImageDataset {
  /// Nobody can tell.
  public var mark: String? { nil }
  /// Its place decides.
  public func splitKey(_ index: Int) -> UInt64? { nil }
  /// It is not known.
  public var digest: String? { nil }
}
