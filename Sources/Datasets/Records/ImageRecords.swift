import Containers
import Tensors

/// Images that lie at regular distances in files, with their labels in memory.
///
/// Labels were read once, at the opening; where a record has its own, one that is read later must
/// still begin with it.
struct ImageRecords: ImageDataset {
  /// A stretch of records of one file.
  struct Stretch: Sendable {
    let source: any ByteSource
    /// The first byte of the first record's pixels.
    let first: Int
    /// Bytes from one record's pixels to the next one's.
    let stride: Int
    /// The number of records.
    let count: Int
    /// Bytes from a record's label to its pixels; nil where labels lie elsewhere.
    var labelBefore: Int?
  }

  let shape: ImageShape
  let classes: [String]
  let mark: String?

  private let stretches: [Stretch]
  /// The number of the first record of each stretch.
  private let starts: [Int]
  private let labels: [UInt16]
  private let layout: PixelLayout

  /// The records of `stretches` one after another.
  ///
  /// There must be a label for each, and each must be the number of one of `classes`.
  init(
    _ stretches: [Stretch],
    labels: [UInt16],
    shape: ImageShape,
    classes: [String],
    _ layout: PixelLayout
  ) {
    precondition(
      labels.count == stretches.reduce(0) { $0 + $1.count },
      "\(labels.count) labels for other records"
    )
    var (next, firsts) = (0, [Int]())
    for stretch in stretches {
      firsts.append(next)
      next += stretch.count
    }
    (self.stretches, self.starts, self.labels) = (stretches, firsts, labels)
    (self.shape, self.classes, self.layout) = (shape, classes, layout)
    mark = stretches.map(\.source.mark).joined(separator: " ")
  }

  var count: Int { labels.count }

  /// What is said where packed files have put many images into memory; nil where they have not.
  var memoryNote: String? {
    let bytes = stretches.reduce(0) {
      $0 + ($1.source is UnpackedBytes ? $1.count * shape.count : 0)
    }
    // Less is not worth a word.
    guard bytes >= 64 << 20 else { return nil }
    return "\(bytes >> 20) MiB of images are unpacked into the memory of every rank: data prepare "
      + "makes a file that is read in place"
  }

  func label(_ index: Int) -> Int { Int(labels[index]) }

  func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
    precondition(index >= 0 && index < count, "record \(index) of \(count)")
    var place = stretches.count - 1
    while starts[place] > index { place -= 1 }
    let (stretch, record) = (stretches[place], index - starts[place])
    let (prefix, size) = (stretch.labelBefore ?? 0, shape.count)
    let offset = stretch.first + record * stretch.stride - prefix
    if prefix == 0, layout == .interleaved || shape.channels == 1 {
      let room = UnsafeMutableRawBufferPointer(start: pixels, count: size)
      try stretch.source.read(at: offset, into: room)
      return
    }
    try withScratchBytes(prefix + size) { bytes throws(Failure) in
      try stretch.source.read(
        at: offset,
        into: UnsafeMutableRawBufferPointer(start: bytes, count: prefix + size)
      )
      guard prefix == 0 || UInt16(bytes[0]) == labels[index] else {
        throw Failure(
          .data,
          "\(stretch.source.path) was changed while it was in use: record \(record + 1) had the "
            + "label \(labels[index]) and has \(bytes[0]) now"
        )
      }
      write(bytes + prefix, into: pixels)
    }
  }

  /// Puts the pixels of a record as height × width × channels.
  private func write(_ record: UnsafePointer<UInt8>, into pixels: UnsafeMutablePointer<UInt8>) {
    let (size, channels) = (shape.pixels, shape.channels)
    guard layout == .planar else {
      pixels.update(from: record, count: shape.count)
      return
    }
    for channel in 0..<channels {
      let plane = record + channel * size
      for pixel in 0..<size { pixels[pixel * channels + channel] = plane[pixel] }
    }
  }
}
