import Containers
import Tensors

/// A file of images that were decoded and resized beforehand: `PreparedHead` says what is in it.
public enum PreparedFile {
  /// Opens the file at `path`; reads its head alone.
  ///
  /// Throws a `.data` failure that names it, and the offset, where it is damaged or cut short.
  static func open(_ path: String) throws(Failure) -> DataFormat.Parts {
    let file = try DataFile(path)
    let (head, pixels) = try PreparedHead.read(file)
    var (images, first) = ([String: any ImageDataset](), pixels)
    for part in head.parts {
      images[part.name] = PreparedImages(file, head, part, first: first)
      first += part.labels.count * head.shape.count
    }
    guard let train = images["train"] else {
      throw Failure(.data, "\(path) holds no training images")
    }
    return DataFormat.Parts(
      train: train,
      val: images["val"],
      test: images["test"],
      normalization: head.normalization,
      form: "made from \(head.origin)",
      decoder: head.decoder.isEmpty ? nil : head.decoder
    )
  }

  /// What the images in the file at `path` were made from, and how; throws as `open` does.
  package static func origin(_ path: String) throws(Failure) -> String {
    try PreparedHead.read(DataFile(path)).head.origin
  }

  /// Whether a path is a file that begins as a prepared one; throws a `.data` failure where it
  /// cannot be read.
  package static func isOne(_ path: String) throws(Failure) -> Bool {
    guard let status = try FileStatus(path), status.isRegular, status.bytes > 0 else {
      return false
    }
    let magic = PreparedHead.magic
    return try FileBytes.read(path, most: magic.count) == magic
  }
}

extension DataFormat {
  /// A file that `data prepare` has written.
  static var prepared: DataFormat {
    DataFormat(
      name: "prepared",
      sign: "a file of adamw-ddp data prepare",
      recognizes: { path throws(Failure) in try PreparedFile.isOne(path) },
      open: { request throws(Failure) in
        let parts = try PreparedFile.open(request.path)
        if parts.val == nil, parts.test == nil, request.needsTest {
          throw Failure(
            .data,
            "\(request.path) holds training images alone: say with --val-fraction which part of "
              + "them to hold out"
          )
        }
        return parts
      }
    )
  }
}
