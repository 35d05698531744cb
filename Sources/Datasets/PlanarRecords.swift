import Tensors

/// Files of records of one size: a label byte, then the pixels of one channel after another.
///
/// Labels are read once, at the opening; a record that is read later must still begin with its own.
struct PlanarRecords: ImageDataset {
  let shape: ImageShape
  let classes: [String]
  let mark: String?

  private let files: [DataFile]
  /// The number of the first record of each file.
  private let starts: [Int]
  private let labels: [UInt8]
  private let recordSize: Int

  /// The records of `files` one after another; reads every label.
  ///
  /// Throws a `.data` failure when a file cannot be read, a size is not that of whole records or a
  /// label has no class; `format` names the records in it.
  init(
    _ files: [DataFile],
    format: String,
    shape: ImageShape,
    classes: [String]
  ) throws(Failure) {
    self.shape = shape
    self.classes = classes
    self.files = files
    mark = files.map(\.mark).joined(separator: " ")
    recordSize = 1 + shape.count
    var starts: [Int] = []
    var labels: [UInt8] = []
    for file in files {
      guard file.size.isMultiple(of: recordSize) else {
        throw Failure(
          .data,
          "\(file.path) has \(file.size) bytes, which are not whole \(format) records of "
            + "\(recordSize) bytes"
        )
      }
      starts.append(labels.count)
      try Self.read(file, recordSize: recordSize, into: &labels)
      if let wrong = labels[(starts.last ?? 0)...].firstIndex(where: { $0 >= classes.count }) {
        throw Failure(
          .data,
          "\(file.path): record \(wrong - (starts.last ?? 0) + 1) has the label \(labels[wrong]), "
            + "but the labels of \(format) are 0 to \(classes.count - 1)"
        )
      }
    }
    (self.starts, self.labels) = (starts, labels)
  }

  var count: Int { labels.count }

  /// Appends the labels of a file, which is read from its beginning to its end as disks like it.
  private static func read(
    _ file: DataFile,
    recordSize: Int,
    into labels: inout [UInt8]
  ) throws(Failure) {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * recordSize, alignment: 1)
    defer { block.deallocate() }
    for offset in stride(from: 0, to: file.size, by: block.count) {
      let bytes = UnsafeMutableRawBufferPointer(
        rebasing: block[..<min(block.count, file.size - offset)]
      )
      try file.read(at: offset, into: bytes)
      for record in stride(from: 0, to: bytes.count, by: recordSize) {
        labels.append(bytes[record])
      }
    }
  }

  func label(_ index: Int) -> Int { Int(labels[index]) }

  func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
    precondition(index >= 0 && index < count, "record \(index) of \(count)")
    var file = files.count - 1
    while starts[file] > index { file -= 1 }
    let (source, record) = (files[file], index - starts[file])
    try withScratchBytes(recordSize) { bytes throws(Failure) in
      try source.read(
        at: record * recordSize,
        into: UnsafeMutableRawBufferPointer(start: bytes, count: recordSize)
      )
      guard bytes[0] == labels[index] else {
        throw Failure(
          .data,
          "\(source.path) was changed while it was in use: record \(record + 1) had the label "
            + "\(labels[index]) and has \(bytes[0]) now"
        )
      }
      let (size, channels) = (shape.pixels, shape.channels)
      for channel in 0..<channels {
        let plane = bytes + 1 + channel * size
        for pixel in 0..<size { pixels[pixel * channels + channel] = plane[pixel] }
      }
    }
  }
}
