import Containers
import Tensors
import TestSupport

/// A file with given bytes, which lives as long as the value.
struct SourceFile {
  private let folder: TemporaryFolder
  let file: DataFile

  var path: String { file.path }

  init(_ bytes: [UInt8], name: String = "file") throws {
    folder = try TemporaryFolder()
    try folder.write(bytes, to: name)
    file = try DataFile(folder.path(of: name))
  }

  /// A file of the goldens.
  init(golden name: String) throws { try self.init(DataFileGoldens.read().bytes(name), name: name) }
}

/// All bytes of a source.
func all(_ source: any ByteSource) throws -> [UInt8] { try source.bytes(at: 0, count: source.size) }

/// What the `.data` failure that `body` throws says; nil where it throws none.
func sentence<T>(_ body: () throws -> T) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    guard let failure = error as? Failure, failure.kind == .data else { return "\(error)" }
    return failure.message
  }
}
