import Foundation
import Tensors

/// The form of a file that holds pieces of a run's state: safetensors whose tensors are called
/// "first_moment/conv1.weight[144:432]".
///
/// It is fixed by which pieces each writer has; their values lie writer by writer, so that each
/// writes one run of bytes.
package struct StateFile: Sendable {
  /// A piece by its place in the state.
  package struct Piece: Hashable, Sendable {
    /// "parameter", "first_moment".
    package let array: String
    /// "conv1.weight".
    package let tensor: String
    /// The elements in memory order, counted from the tensor's first.
    package let elements: Range<Int>

    /// That of a piece of state.
    package init(_ piece: StatePiece) {
      (array, tensor, elements) = (piece.array, piece.tensor, piece.elements)
    }

    /// "first_moment/conv1.weight[144:432]".
    package var name: String {
      "\(array)/\(tensor)[\(elements.lowerBound):\(elements.upperBound)]"
    }

    /// The piece of that name; nil for a name of another form.
    package init?(_ name: String) {
      guard let slash = name.firstIndex(of: "/"), let open = name.lastIndex(of: "["),
        slash < open, name.hasSuffix("]")
      else { return nil }
      let ends = name[name.index(after: open)...].dropLast()
        .split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      guard ends.count == 2, let first = ends[0], let end = ends[1], first >= 0, first <= end else {
        return nil
      }
      array = String(name[..<slash])
      tensor = String(name[name.index(after: slash)..<open])
      elements = first..<end
    }
  }

  /// What comes first in the file.
  package let header: Data
  /// Where each writer's bytes lie in the file.
  package let regions: [Range<Int>]

  /// Bytes of the whole file.
  package var bytes: Int { regions.last?.upperBound ?? header.count }

  /// A file of the pieces of its writers, one after another.
  package init(_ writers: [[Piece]]) {
    var entries: [SafetensorsHeader.Entry] = []
    var ends: [Int] = []
    var end = 0
    for pieces in writers {
      for piece in pieces {
        let start = end
        end += piece.elements.count * MemoryLayout<Float>.stride
        entries.append(
          SafetensorsHeader.Entry(
            name: piece.name,
            type: "F32",
            shape: [piece.elements.count],
            range: start..<end
          )
        )
      }
      ends.append(end)
    }
    header = SafetensorsHeader(entries, metadata: ["format": "adamw-ddp state"]).encoded()
    let start = header.count
    regions = zip([0] + ends, ends).map { start + $0..<start + $1 }
  }

  /// The pieces of a file whose first bytes, its header or more, are `bytes`; their values are read
  /// when they are asked for.
  ///
  /// Throws `Failure` (.data) that names the path for a file of another form.
  package static func pieces(
    of file: FileReader,
    header bytes: Data
  ) throws(Failure) -> [StatePiece] {
    let (header, end) = try SafetensorsHeader.read(bytes, from: file.path)
    let size = MemoryLayout<Float>.stride
    var pieces: [StatePiece] = []
    for entry in header.entries {
      // The numbers may be anything: no sum or product of them before they are known to be small.
      guard let piece = Piece(entry.name), entry.type == "F32",
        entry.range.upperBound <= file.bytes - end,
        entry.range.count.isMultiple(of: size),
        entry.range.count / size == piece.elements.count,
        (end + entry.range.lowerBound).isMultiple(of: size)
      else { throw Failure(.data, "\(file.path): \(entry.name) is no piece of a run's state.") }
      pieces.append(StatePiece(piece, in: file, at: end + entry.range.lowerBound))
    }
    return pieces
  }
}
