import Foundation

/// The files of Tests/Goldens/data-files.json: what Python, NumPy, gzip and zipfile wrote.
public struct DataFileGoldens: Decodable, Sendable {
  /// A part of a file.
  fileprivate enum Piece: Decodable, Sendable {
    /// Bytes as they are.
    case bytes([UInt8])
    /// The pixels of an image.
    case image(Int)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int.self) {
        self = .image(number)
      } else {
        self = .bytes(Array(try value.decode(Data.self)))
      }
    }
  }

  private let files: [String: [Piece]]

  /// Reads them all.
  public static func read() throws -> DataFileGoldens { try readGolden("data-files.json") }

  /// The bytes of a file; throws a `ContractViolation` where there is none of this name.
  public func bytes(_ name: String) throws -> [UInt8] {
    guard let pieces = files[name] else { throw ContractViolation("no golden is called \(name)") }
    return pieces.flatMap { piece in
      switch piece {
      case .bytes(let bytes): bytes
      case .image(let number): Self.planes(number)
      }
    }
  }

  /// The offsets at which pieces begin that are no image: headers.
  public func boundaries(_ name: String) throws -> [Int] {
    var (offset, starts) = (0, [Int]())
    for piece in files[name] ?? [] {
      starts.append(offset)
      switch piece {
      case .bytes(let bytes): offset += bytes.count
      case .image: offset += 3072
      }
    }
    return starts + [offset]
  }

  /// The pixels of image `number`, 32 × 32, as three planes: pixel p of colour c is
  /// (37 · number + 50 · c + p) mod 256.
  public static func planes(_ number: Int) -> [UInt8] {
    (0..<3072).map { UInt8(truncatingIfNeeded: 37 * number + 50 * ($0 / 1024) + $0 % 1024) }
  }

  /// The same pixel by pixel.
  public static func pixels(_ number: Int) -> [UInt8] {
    let planes = planes(number)
    return (0..<3072).map { planes[$0 % 3 * 1024 + $0 / 3] }
  }
}
