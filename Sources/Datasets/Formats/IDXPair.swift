import Containers
import Tensors

/// Grey images and their labels in two IDX files.
struct IDXPair {
  let images: IDXFile
  /// One for each image.
  let labels: [UInt8]
  private let labelFile: String

  /// Opens both files.
  ///
  /// Throws a `.data` failure that names a file which is malformed, or of another number than the
  /// other.
  init(images: String, labels: String) throws(Failure) {
    self.images = try IDXFile(DataFile(images))
    guard self.images.shape.count == 3 else {
      throw Failure(
        .data,
        "\(images) has \(self.images.shape.count) sizes; grey images have three: number, height, width"
      )
    }
    let file = try IDXFile(DataFile(labels))
    guard file.shape.count == 1, file.shape[0] == self.images.shape[0] else {
      throw Failure(
        .data,
        "\(labels) has \(file.shape.map(String.init).joined(separator: " × ")) labels for the "
          + "\(self.images.shape[0]) images of \(images)"
      )
    }
    labelFile = labels
    self.labels = try file.source.bytes(at: file.offset, count: file.shape[0])
  }

  /// The images, with one channel; throws a `.data` failure where a label has no class.
  func records(classes: [String]) throws(Failure) -> ImageRecords {
    if let place = labels.firstIndex(where: { $0 >= classes.count }) {
      throw Failure(
        .data,
        "\(labelFile): image \(place + 1) has the label \(labels[place]), but the training images "
          + "have the labels 0 to \(classes.count - 1)"
      )
    }
    let shape = ImageShape(height: images.shape[1], width: images.shape[2], channels: 1)
    let stretch = ImageRecords.Stretch(
      source: images.source,
      first: images.offset,
      stride: shape.count,
      count: labels.count
    )
    return ImageRecords(
      [stretch],
      labels: labels.map(UInt16.init),
      shape: shape,
      classes: classes,
      .interleaved
    )
  }
}
