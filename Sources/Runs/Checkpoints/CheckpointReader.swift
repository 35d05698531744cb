import Checkpoints
import Collectives
import Glibc
import Tensors

/// Reads checkpoints of a run and lets none through of which a bit is another than was written;
/// all ranks do the same.
package struct CheckpointReader {
  private let folder: CheckpointFolder
  private let communicator: any Communicator

  /// A reader of the checkpoints of the run folder `run`.
  package init(run: String, _ communicator: any Communicator) {
    (folder, self.communicator) = (CheckpointFolder(ofRun: run), communicator)
  }

  /// The steps of the complete checkpoints as rank 0 sees them, the newest first.
  ///
  /// Throws the same `Failure` (.data) on all ranks where the folder cannot be read.
  package func steps() throws -> [Int] {
    let own = try communicator.together {
      communicator.rank == 0 ? try folder.complete().reversed().map(String.init) : []
    }
    return try communicator.allGather(own.joined(separator: " "))[0].split(separator: " ")
      .compactMap { Int($0) }
  }

  /// What the checkpoint after `step` steps says of itself; throws the same `Failure` (.data) on all
  /// ranks where its manifest is missing or damaged.
  package func manifest(_ step: Int) throws -> CheckpointManifest {
    try communicator.together { try CheckpointManifest(contentsOf: folder.manifest(step: step)) }
  }

  /// The pieces of all ranks of the world that wrote a checkpoint.
  ///
  /// Every rank reads them all, and looks at the SHA-256 of its share of them. Throws the same
  /// `Failure` on all ranks: .data where something is missing or damaged, .file where the system
  /// cannot read what is there.
  package func pieces(_ manifest: CheckpointManifest) throws -> [StatePiece] {
    try communicator.together {
      var pieces: [StatePiece] = []
      var number = 0
      for part in manifest.parts {
        let ranges = part.ranges.filter { _ in
          defer { number += 1 }
          return number % communicator.size == communicator.rank
        }
        let path = "\(folder.path(step: manifest.step))/\(part.name)"
        let buffer = try Self.read(path, part, verifying: ranges)
        pieces += try StateFile.pieces(in: buffer, bytes: part.bytes, from: path)
      }
      return pieces
    }
  }

  /// Reads all bytes of a checkpoint; throws `Failure` as `pieces` does.
  package static func verify(_ step: Int, in folder: CheckpointFolder) throws {
    let manifest = try CheckpointManifest(contentsOf: folder.manifest(step: step))
    for part in manifest.parts {
      let path = "\(folder.path(step: step))/\(part.name)"
      let buffer = try read(path, part, verifying: part.ranges)
      _ = try StateFile.pieces(in: buffer, bytes: part.bytes, from: path)
    }
  }

  /// The bytes of a file, of which `ranges` are looked at; throws `Failure` as `pieces` does.
  static func read(
    _ path: String,
    _ part: CheckpointManifest.Part,
    verifying ranges: [StateSnapshot.Written]
  ) throws -> FloatBuffer {
    guard let status = try FileStatus(path, .file) else {
      throw Failure(.data, "\(path) is missing.")
    }
    guard status.bytes == part.bytes else {
      throw Failure(.data, "\(path) has \(status.bytes) bytes and must have \(part.bytes).")
    }
    // What no range covers could be anything.
    let ends = part.ranges.reduce(into: 0) { end, range in
      end = range.start == end && range.bytes >= 0 ? end + range.bytes : .min
    }
    guard ends == part.bytes else {
      throw Failure(.data, "\(path): its manifest does not speak of all its bytes.")
    }
    let buffer = FloatBuffer(count: (part.bytes + 3) / 4)
    let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<part.bytes])
    try FileBytes.read(path, into: bytes)
    for range in ranges {
      var digest = SHA256()
      digest.update(
        UnsafeRawBufferPointer(rebasing: bytes[range.start..<range.start + range.bytes])
      )
      guard digest.hexadecimal == range.sha256 else {
        throw Failure(
          .data,
          "\(path) is damaged: its bytes \(range.start) to \(range.start + range.bytes) are not those "
            + "that were written."
        )
      }
    }
    return buffer
  }
}
