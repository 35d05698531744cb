import Tensors

/// Files of records of one size: a label byte, then the pixels of one channel after another.
struct PlanarRecords: ImageDataset {
  let shape: ImageShape
  let classes: [String]
  let count: Int

  private let files: [MappedFile]
  /// The number of the first record of each file.
  private let starts: [Int]
  private let recordSize: Int

  /// The records of `files` one after another; reads every label.
  ///
  /// Throws a `.data` failure when a size is not that of whole records or a label has no class;
  /// `format` names the records in it.
  init(
    _ files: [MappedFile],
    format: String,
    shape: ImageShape,
    classes: [String]
  ) throws(Failure) {
    self.shape = shape
    self.classes = classes
    self.files = files
    recordSize = 1 + shape.count
    var starts: [Int] = []
    var count = 0
    for file in files {
      try Self.check(file, format: format, recordSize: recordSize, labels: classes.count)
      starts.append(count)
      count += file.bytes.count / recordSize
    }
    self.starts = starts
    self.count = count
  }

  private static func check(
    _ file: MappedFile,
    format: String,
    recordSize: Int,
    labels: Int
  ) throws(Failure) {
    guard file.bytes.count.isMultiple(of: recordSize) else {
      throw Failure(
        .data,
        "\(file.path) has \(file.bytes.count) bytes, which are not whole \(format) records"
          + " of \(recordSize) bytes"
      )
    }
    for offset in stride(from: 0, to: file.bytes.count, by: recordSize)
    where file.bytes[offset] >= labels {
      throw Failure(
        .data,
        "\(file.path): record \(offset / recordSize + 1) has the label \(file.bytes[offset]),"
          + " but the labels of \(format) are 0 to \(labels - 1)"
      )
    }
  }

  func label(_ index: Int) -> Int { Int(record(index)[0]) }

  func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) {
    let planes = record(index) + 1
    let (size, channels) = (shape.pixels, shape.channels)
    for channel in 0..<channels {
      let plane = planes + channel * size
      for pixel in 0..<size { pixels[pixel * channels + channel] = plane[pixel] }
    }
  }

  /// The label byte of a record.
  private func record(_ index: Int) -> UnsafePointer<UInt8> {
    precondition(index >= 0 && index < count, "record \(index) of \(count)")
    var file = files.count - 1
    while starts[file] > index { file -= 1 }
    let offset = (index - starts[file]) * recordSize
    guard let start = files[file].bytes.baseAddress else {
      preconditionFailure("a mapped file has bytes")
    }
    return (start + offset).assumingMemoryBound(to: UInt8.self)
  }
}
