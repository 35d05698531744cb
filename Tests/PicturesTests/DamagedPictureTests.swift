import Foundation
import Pictures
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: missingLibraries == nil, "libturbojpeg0 or libpng16-16 is missing"))
struct DamagedPictureTests {
  /// Where the segments of a JPEG file or the chunks of a PNG file begin.
  private static func boundaries(_ bytes: [UInt8]) -> [Int] {
    if bytes.starts(with: [0xff, 0xd8]) {
      return bytes.indices.dropLast().filter { bytes[$0] == 0xff && bytes[$0 + 1] >= 0xc0 }
    }
    var (places, place) = ([Int](), 8)
    while place + 12 <= bytes.count {
      places += [place, place + 4, place + 8]
      place += 12 + bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    return places
  }

  @Test(arguments: [
    "baseline-420.jpg", "progressive-420.jpg", "grey.jpg", "orientation-6.jpg", "rgba.png",
    "palette-transparent.png", "interlaced.png",
  ])
  func damageIsAnError(name: String) throws {
    let mutations = FileMutations(
      of: try PictureGolden.file(name),
      boundaries: Self.boundaries(try PictureGolden.file(name))
    )
    let folder = try TemporaryFolder()
    let path = folder.path(of: name)
    // One for all, as a thread has it.
    let decoder = PictureDecoder()
    let (refused, read) = try openMutations(mutations, at: path) {
      let bytes = Array(try Data(contentsOf: URL(filePath: path)))
      let picture = try decoder.picture(bytes, path)
      #expect(picture.bytes.count <= 9 * 512 * bytes.count)
    }
    #expect(refused >= 200 && refused + read == mutations.count, "\(refused), \(read)")
    let good = try PictureGolden.file(name)
    #expect(try decoder.picture(good, name) == PictureDecoder().picture(good, name))
  }

  /// Refused before there is memory for them.
  @Test(arguments: ["baseline-444.jpg", "progressive-420.jpg"])
  func aSizeThatTheFileCannotHoldIsRefused(name: String) throws {
    var bytes = try PictureGolden.file(name)
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xff && [0xc0, 0xc2].contains(bytes[$0 + 1]) }
    )
    for offset in 5...8 { bytes[frame + offset] = offset % 2 == 1 ? 0x20 : 0 }
    let file = bytes
    let failure = refusal { try PictureDecoder().picture(file, "x.jpg") }
    #expect(
      failure?.message.hasPrefix("x.jpg says it has 8192 × 8192 pixels, which its") == true,
      "\(failure?.message ?? "")"
    )
  }

  @Test func aPNGThatUnpacksToNothingOfItsSizeIsRefused() throws {
    var bytes = try PictureGolden.file("rgb.png")
    (bytes[18], bytes[22]) = (0x20, 0x20)
    let file = bytes
    let failure = refusal { try PictureDecoder().picture(file, "x.png") }
    #expect(
      failure?.message.hasPrefix("x.png says it has 8203 × 8199 pixels") == true,
      "\(failure?.message ?? "")"
    )
  }

  @Test func dataThatEndEarlyAreAnError() throws {
    let jpeg = try PictureGolden.file("baseline-444.jpg")
    let cut = jpeg.dropLast(40) + [0xff, 0xd9]
    let failure = refusal { try PictureDecoder().picture(Array(cut), "x.jpg") }
    #expect(failure?.message.hasPrefix("x.jpg is no JPEG that can be read: ") == true)
    let png = try PictureGolden.file("rgb.png")
    let other = refusal {
      try PictureDecoder().picture(Array(png.dropLast(3)), "x.png")
    }
    #expect(other?.message == "x.png is cut short in the chunk at byte \(png.count - 12)")
  }
}
