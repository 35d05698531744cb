import Pictures
import TestSupport
import Testing

/// Orientations are read from bytes that nobody can be trusted to have written well.
@Suite(.enabled(if: missingLibraries == nil, "libturbojpeg0 or libpng16-16 is missing"))
struct EXIFOrientationTests {
  /// The width of a picture of 20 × 13 pixels behind an APP1 segment of these bytes: 13 where it was
  /// turned by a right angle.
  private func width(_ body: [UInt8]) throws -> Int {
    let plain = try PictureGolden.file("baseline-444.jpg")
    let size = body.count + 2
    let segment: [UInt8] = [0xff, 0xe1, UInt8(size >> 8), UInt8(size & 255)] + body
    let file = plain[..<2] + segment + plain[2...]
    return try PictureDecoder().picture(Array(file), "x.jpg").width
  }

  private static let name: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
  /// A directory at byte 8 whose second entry is the orientation 6.
  private static let big: [UInt8] =
    [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 2]
    + [1, 0x0f, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0] + [1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
  private static let little: [UInt8] =
    [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0] + [0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]

  @Test func bothOrdersOfBytesAreRead() throws {
    #expect(try width(Self.name + Self.big) == 13)
    #expect(try width(Self.name + Self.little) == 13)
  }

  @Test func whatSaysNothingTurnsNothing() throws {
    var changed: [[UInt8]] = [[], Self.name, Self.big, Array("http://ns.adobe.com/xap/1.0/".utf8)]
    for length in 0..<Self.little.count - 2 {
      changed.append(Self.name + Self.little.prefix(length))
    }
    for (place, byte) in [
      (0, 0x4a), (2, 43), (4, 255), (7, 255), (8, 0), (12, 4), (18, 9), (18, 0),
    ] {
      var tiff = Self.little
      tiff[place] = UInt8(byte)
      changed.append(Self.name + tiff)
    }
    for body in changed { #expect(try width(body) == 20, "\(body)") }
  }
}
