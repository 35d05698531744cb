import Containers
import Tensors

/// Files of records of one size: label bytes, then the pixels of one channel after another.
struct LabelledRecords {
  /// For sentences.
  let format: String
  /// Bytes of labels before the pixels.
  let prefix: Int
  /// Which of them is the label.
  let labelByte: Int
  let shape: ImageShape
  let classes: [String]

  /// Bytes of a record.
  private var size: Int { prefix + shape.count }

  /// The records of `files` one after another; reads every label.
  ///
  /// Throws a `.data` failure when a file cannot be read, a size is not that of whole records or a
  /// label has no class.
  func images(_ files: [DataFile]) throws(Failure) -> ImageRecords {
    var labels: [UInt16] = []
    var stretches: [ImageRecords.Stretch] = []
    for file in files {
      guard file.size.isMultiple(of: size) else {
        throw Failure(
          .data,
          "\(file.path) has \(file.size) bytes, which are not whole \(format) records of "
            + "\(size) bytes"
        )
      }
      try read(file, into: &labels)
      stretches.append(
        ImageRecords.Stretch(
          source: file,
          first: prefix,
          stride: size,
          count: file.size / size,
          labelBefore: prefix - labelByte
        )
      )
    }
    return ImageRecords(stretches, labels: labels, shape: shape, classes: classes, .planar)
  }

  /// Appends the labels of a file, which is read from its beginning to its end as disks like it.
  private func read(_ file: DataFile, into labels: inout [UInt16]) throws(Failure) {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * size, alignment: 1)
    defer { block.deallocate() }
    var record = 0
    for offset in stride(from: 0, to: file.size, by: block.count) {
      let bytes = UnsafeMutableRawBufferPointer(
        rebasing: block[..<min(block.count, file.size - offset)]
      )
      try file.read(at: offset, into: bytes)
      for start in stride(from: 0, to: bytes.count, by: size) {
        record += 1
        let label = bytes[start + labelByte]
        guard label < classes.count else {
          throw Failure(
            .data,
            "\(file.path): record \(record) has the label \(label), but the labels of \(format) "
              + "are 0 to \(classes.count - 1)"
          )
        }
        labels.append(UInt16(label))
      }
    }
  }
}
