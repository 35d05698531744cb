import Synchronization
import Tensors

/// The SHA-256 of labelled images: the same for the same images in whatever files.
///
/// It is taken over height, width, channels and count, and then the SHA-256 of every 100 images in
/// order (the last may be fewer); of an image, over its label and its height × width × channels
/// bytes as `readPixels` gives them. Numbers are 32 bits, little-endian. Names of classes are no
/// part of it. In two storeys, so that ranks and threads can share the work.
public struct ImageDigest {
  /// Images of a block.
  private static let block = 100
  /// Bytes of what `parts` has for a block.
  public static let partSize = 32

  private let images: any ImageDataset
  /// Blocks, the last of which may be short.
  public let blocks: Int

  /// The digest of `images`, not computed yet.
  public init(_ images: any ImageDataset) {
    self.images = images
    blocks = (images.count + Self.block - 1) / Self.block
  }

  /// The SHA-256 of each block of a range, one after another.
  ///
  /// Throws the `.data` failure of the first image that cannot be read.
  public func parts(_ range: Range<Int>, _ team: ThreadTeam) throws(Failure) -> [UInt8] {
    let parts = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: range.count * Self.partSize)
    defer { parts.deallocate() }
    let unreadable = Mutex<(block: Int, failure: Failure)?>(nil)
    team.run(range.count) { place, _ in
      do throws(Failure) {
        let bytes = try part(range.lowerBound + place).bytes
        _ = parts[(place * Self.partSize)...].update(fromContentsOf: bytes)
      } catch {
        unreadable.withLock { first in
          if first.map({ place < $0.block }) ?? true { first = (place, error) }
        }
      }
    }
    if let failure = unreadable.withLock({ $0?.failure }) { throw failure }
    return Array(parts)
  }

  /// The SHA-256 of one block.
  private func part(_ block: Int) throws(Failure) -> SHA256 {
    var digest = SHA256()
    let (first, size) = (block * Self.block, images.shape.count)
    let image = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 + size, alignment: 4)
    defer { image.deallocate() }
    let pixels = image[4...].bindMemory(to: UInt8.self)
    guard let start = pixels.baseAddress else { return digest }
    for index in first..<min(first + Self.block, images.count) {
      image.storeBytes(of: UInt32(images.label(index)).littleEndian, as: UInt32.self)
      try images.readPixels(index, into: start)
      digest.update(UnsafeRawBufferPointer(image))
    }
    return digest
  }

  /// The digest as 64 hexadecimal digits, from the parts of all blocks.
  public func whole(_ parts: some Sequence<UInt8>) -> String {
    let shape = images.shape
    var digest = SHA256()
    for number in [shape.height, shape.width, shape.channels, images.count] {
      withUnsafeBytes(of: UInt32(number).littleEndian) { digest.update($0) }
    }
    Array(parts).withUnsafeBytes { digest.update($0) }
    return digest.hexadecimal
  }
}
