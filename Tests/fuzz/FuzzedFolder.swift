import Datasets
import Glibc
import Tensors

/// A folder of data in memory, one file of which is what the fuzzer makes.
///
/// Files of a folder are opened and read as a run does; anything else than images or a `.data` failure
/// that names the folder ends the process.
struct FuzzedFolder {
  private let path: String
  private let file: String
  private let labels: LabelChoice
  private let isAlone: Bool

  /// A folder with the given files, in which `file` is the fuzzed one; where it `isAlone`, it is
  /// opened itself.
  init(
    _ file: String,
    labels: LabelChoice = .fine,
    isAlone: Bool = false,
    _ others: [String: [UInt8]] = [:]
  ) {
    (path, self.file, self.labels) = ("/dev/shm/adamw-ddp-fuzz-\(getpid())", file, labels)
    self.isAlone = isAlone
    mkdir(path, 0o700)
    for (name, bytes) in others { bytes.withUnsafeBytes { Self.write($0, to: "\(path)/\(name)") } }
  }

  /// Opens the folder with `bytes` as the fuzzed file, and reads what it holds.
  func open(_ bytes: UnsafeRawBufferPointer) {
    Self.write(bytes, to: "\(path)/\(file)")
    var request = DataRequest(path: isAlone ? "\(path)/\(file)" : path, valFraction: 0.5)
    request.labels = labels
    do throws(Failure) {
      let source = try openDataSource(request)
      for part in source.parts { try read(part.images) }
    } catch {
      // A usage failure says that there are too few images to split.
      precondition(
        error.kind == .usage || error.kind == .data && error.message.contains(path),
        "\(error)"
      )
    }
  }

  private func read(_ images: any ImageDataset) throws(Failure) {
    let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: images.shape.count)
    defer { pixels.deallocate() }
    for index in 0..<images.count {
      precondition(images.label(index) < images.classes.count, "image \(index) has no class")
      try images.readPixels(index, into: pixels)
    }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to path: String) {
    let file = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(file >= 0 && Glibc.write(file, bytes.baseAddress, bytes.count) == bytes.count)
    close(file)
  }
}
