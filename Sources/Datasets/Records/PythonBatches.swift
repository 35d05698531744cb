import Containers
import Tensors

/// Files in which Python programs keep images: an array with a row for each image, channel after
/// channel, and a list of labels; pickled, or saved by NumPy in an npz file.
struct PythonBatches {
  /// For sentences.
  let format: String
  let shape: ImageShape
  let classes: [String]
  /// The key or the name of the labels.
  let labels: String
  /// The label of the first class.
  var firstLabel = 0

  /// The images of files one after another.
  ///
  /// Throws a `.data` failure that names the file where one is malformed or not of this format.
  func images(_ paths: [String]) throws(Failure) -> ImageRecords {
    var (stretches, all) = ([ImageRecords.Stretch](), [UInt16]())
    for path in paths {
      let file = try DataFile(path)
      let (array, labels) = try ZipFile.recognizes(file) ? saved(file) : pickled(file)
      let count = try check(array, path)
      guard labels.count == count else {
        throw Failure(.data, "\(path) has \(count) images and \(labels.count) labels")
      }
      try append(labels, to: &all, path)
      stretches.append(
        ImageRecords.Stretch(
          source: array.source,
          first: array.offset,
          stride: shape.count,
          count: count
        )
      )
    }
    return ImageRecords(stretches, labels: all, shape: shape, classes: classes, .planar)
  }

  private func pickled(_ file: DataFile) throws(Failure) -> (NumpyArray, [Int]) {
    let pickle = try Pickle(file)
    guard let array = try pickle.array("data"), let labels = try pickle.integers(labels) else {
      throw Failure(.data, "\(file.path) has no array 'data' and list '\(labels)'")
    }
    return (array, labels)
  }

  private func saved(_ file: DataFile) throws(Failure) -> (NumpyArray, [Int]) {
    let zip = try ZipFile(file)
    func array(_ name: String) throws(Failure) -> NumpyArray {
      guard let (source, range) = try zip.contents("\(name).npy") else {
        throw Failure(.data, "\(file.path) has no array '\(name)'")
      }
      return try NumpyFile.array(in: range, of: source)
    }
    let labels = try array(labels)
    let images = try array("data")
    // Each is 8 bytes in memory.
    guard labels.shape == [images.shape.first ?? 0] else {
      throw Failure(
        .data,
        "\(file.path) has images of the shape \(images.shape) and labels of the shape \(labels.shape)"
      )
    }
    return (images, try labels.integers())
  }

  /// The number of images in an array; throws where it is of something else.
  private func check(_ array: NumpyArray, _ path: String) throws(Failure) -> Int {
    let (count, row) = (array.shape.first ?? 0, array.shape.dropFirst())
    guard array.element.isByte, count > 0,
      row == [shape.count] || row == [shape.channels, shape.height, shape.width]
    else {
      throw Failure(
        .data,
        "\(path): the array 'data' has the shape \(array.shape) and elements of "
          + "\(array.element.size) bytes; images of \(format) are rows of \(shape.count) bytes"
      )
    }
    return count
  }

  private func append(_ labels: [Int], to all: inout [UInt16], _ path: String) throws(Failure) {
    all.reserveCapacity(all.count + labels.count)
    for (image, label) in labels.enumerated() {
      guard label >= firstLabel, label - firstLabel < classes.count else {
        throw Failure(
          .data,
          "\(path): image \(image + 1) has the label \(label), but the labels of \(format) are "
            + "\(firstLabel) to \(firstLabel + classes.count - 1)"
        )
      }
      all.append(UInt16(label - firstLabel))
    }
  }
}
