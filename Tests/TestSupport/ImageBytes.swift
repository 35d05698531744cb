import Datasets
import Tensors

/// Images that are given as bytes, with unnamed classes.
public struct ImageBytes: ImageDataset {
  /// The shape of every image.
  public let shape: ImageShape
  /// "0", "1" and so on.
  public let classes: [String]
  private let labels: [Int]
  private let pixel: @Sendable (_ image: Int, _ offset: Int) -> UInt8

  /// Images with these labels, whose bytes (height × width × channels) are computed.
  public init(
    shape: ImageShape,
    labels: [Int],
    pixel: @escaping @Sendable (_ image: Int, _ offset: Int) -> UInt8
  ) {
    self.shape = shape
    self.labels = labels
    self.pixel = pixel
    classes = (0...(labels.max() ?? 0)).map(String.init)
  }

  /// The number of labels.
  public var count: Int { labels.count }

  /// The label given for an image.
  public func label(_ index: Int) -> Int { labels[index] }

  /// Writes the computed bytes.
  public func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) {
    for offset in 0..<shape.count { pixels[offset] = pixel(index, offset) }
  }
}

extension ImageDataset {
  /// The bytes of an image that can be read.
  public func bytes(_ index: Int) -> [UInt8] {
    Array(unsafeUninitializedCapacity: shape.count) { buffer, count in
      do { try readPixels(index, into: buffer.baseAddress!) } catch { fatalError("\(error)") }
      count = shape.count
    }
  }

  /// FNV-1a, 64 bits, of labels and bytes of all images in order.
  public func fingerprint() -> UInt64 {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in 0..<count {
      value = (value ^ UInt64(label(index))) &* 0x100_0000_01b3
      for byte in bytes(index) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    return value
  }
}

extension ImageDataset {
  /// Mean and population deviation of each channel over some images, on the 0…255 scale.
  public func colours(_ range: Range<Int>) -> (mean: [Double], deviation: [Double]) {
    let channels = shape.channels
    var (sums, squares) = (
      [Int](repeating: 0, count: channels), [Int](repeating: 0, count: channels)
    )
    for index in range {
      for (offset, byte) in bytes(index).enumerated() {
        sums[offset % channels] += Int(byte)
        squares[offset % channels] += Int(byte) * Int(byte)
      }
    }
    let n = Double(range.count * shape.pixels)
    let mean = sums.map { Double($0) / n }
    let deviation = zip(squares, mean).map { (Double($0) / n - $1 * $1).squareRoot() }
    return (mean, deviation)
  }
}
