import Checkpoints
import Collectives
import Foundation
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
  /// Throws the same `Failure` (.file) on all ranks where the folder cannot be read.
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

  /// The pieces of all ranks of the world that wrote a checkpoint, whose values are read when they
  /// are asked for.
  ///
  /// Every rank looks at the SHA-256 of the headers and of its share of the rest, and goes on when
  /// all have: together they read each byte once. Throws the same `Failure` on all ranks: .data where
  /// something is missing or damaged, .file where the system cannot read what is there.
  package func pieces(_ manifest: CheckpointManifest) throws -> [StatePiece] {
    try communicator.together {
      let share = (communicator.rank, communicator.size)
      return try Self.pieces(manifest, in: folder.path(step: manifest.step), verifying: share)
    }
  }

  /// Reads all bytes of a checkpoint; throws `Failure` as `pieces` does.
  package static func verify(_ step: Int, in folder: CheckpointFolder) throws {
    let manifest = try CheckpointManifest(contentsOf: folder.manifest(step: step))
    _ = try pieces(manifest, in: folder.path(step: step))
  }

  /// The pieces of the checkpoint in `folder`, of whose ranges behind the headers this rank's share is
  /// looked at: one in `ranks`; throws `Failure` as the other does.
  static func pieces(
    _ manifest: CheckpointManifest,
    in folder: String,
    verifying share: (rank: Int, ranks: Int) = (0, 1)
  ) throws -> [StatePiece] {
    var number = 0
    return try manifest.parts.flatMap { part in
      let file = try FileReader("\(folder)/\(part.name)")
      guard file.bytes == part.bytes else {
        throw Failure(
          .data,
          "\(file.path) has \(file.bytes) bytes and must have \(part.bytes)."
        )
      }
      // What no range covers could be anything.
      let ends = part.ranges.reduce(into: 0) { end, range in
        end = range.start == end && range.bytes >= 0 ? end + range.bytes : .min
      }
      guard ends == part.bytes, let first = part.ranges.first else {
        throw Failure(.data, "\(file.path): its manifest does not speak of all its bytes.")
      }
      var header = Data(capacity: first.bytes)
      try verify(first, of: file) { header.append(contentsOf: $0) }
      for range in part.ranges.dropFirst() {
        if number % share.ranks == share.rank { try verify(range, of: file) }
        number += 1
      }
      return try StateFile.pieces(of: file, header: header)
    }
  }

  /// The bytes that are looked at at a time.
  private static var chunk: Int { 1 << 20 }

  /// Reads a range of a file and gives its bytes, piece by piece, to `take`; throws `Failure`: .data
  /// where they are not those that were written, .file where the system cannot read them.
  private static func verify(
    _ range: StateSnapshot.Written,
    of file: FileReader,
    _ take: (UnsafeRawBufferPointer) -> Void = { _ in }
  ) throws {
    var digest = SHA256()
    let end = range.start + range.bytes
    try withUnsafeTemporaryAllocation(
      byteCount: min(chunk, range.bytes),
      alignment: 64
    ) { buffer in
      for start in stride(from: range.start, to: end, by: chunk) {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(end - start))
        try file.read(into: bytes, at: start)
        digest.update(UnsafeRawBufferPointer(bytes))
        take(UnsafeRawBufferPointer(bytes))
      }
    }
    guard digest.hexadecimal == range.sha256 else {
      throw Failure(
        .data,
        "\(file.path) is damaged: its bytes \(range.start) to \(end) are not those that were written."
      )
    }
  }
}
