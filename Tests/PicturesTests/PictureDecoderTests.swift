import Foundation
import Pictures
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: missingLibraries == nil, "libturbojpeg0 or libpng16-16 is missing"))
struct PictureDecoderTests {
  private let decoder = PictureDecoder()

  /// The same version of the library gives the same bits; of another, Pillow's may differ by little.
  @Test func pixelsArePillows() throws {
    let files = try PictureGolden.read().files.filter { $0.picture != nil }
    #expect(files.count >= 24)
    for file in files {
      let expected = try #require(file.picture)
      let picture = try decoder.picture(file.bytes, file.name)
      #expect(picture.width == expected.width && picture.height == expected.height, "\(file.name)")
      #expect(picture.channels == expected.channels, "\(file.name)")
      let worst = zip(picture.bytes, expected.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 0
      let isJPEG = file.name.hasSuffix(".jpg")
      #expect(worst <= (isJPEG ? 2 : 0), "\(file.name)")
    }
  }

  @Test func orientationsAreTurnedUpright() throws {
    let files = try PictureGolden.read().files.filter { $0.name.hasPrefix("orientation-") }
    let pictures = try files.map { try decoder.picture($0.bytes, $0.name) }
    #expect(pictures.count == 8)
    for (picture, file) in zip(pictures, files) {
      #expect(picture == file.picture, "\(file.name)")
      // Which corner is dark says which way it was turned.
      #expect(pictures.count { $0 == picture } == 1, "\(file.name)")
    }
  }

  @Test(arguments: [
    ("cmyk.jpg", "is in four colours (CMYK)"), ("grey-16.png", "has 16 bits a channel"),
  ])
  func whatIsNotReadIsSaid(name: String, words: String) throws {
    let file = try PictureGolden.file(name)
    let failure = refusal { try decoder.picture(file, "a/\(name)") }
    #expect(failure?.kind == .data)
    #expect(failure?.message.hasPrefix("a/\(name) \(words)") == true, "\(failure?.message ?? "")")
    // The decoder is as good as new.
    let other = try PictureGolden.file("baseline-420.jpg")
    #expect(try decoder.picture(other, "b").width == 20)
  }

  @Test func twelveBitsAreRefused() throws {
    var file = try PictureGolden.file("baseline-444.jpg")
    let frame = try #require(
      file.indices.dropLast().first { file[$0] == 0xff && file[$0 + 1] == 0xc0 }
    )
    file[frame + 4] = 12
    let bytes = file
    let failure = refusal { try decoder.picture(bytes, "x.jpg") }
    #expect(failure?.message == "x.jpg has 12 bits a sample; JPEG is read with 8")
  }

  @Test func whatIsNoPictureIsRefused() {
    for bytes in [[], [0xff], Array("GIF89a".utf8), Array("hello".utf8)] as [[UInt8]] {
      #expect(PictureDecoder.library(of: bytes) == nil)
      let failure = refusal { try decoder.picture(bytes, "x.gif") }
      #expect(failure?.message == "x.gif begins neither as a JPEG nor as a PNG file")
    }
  }

  @Test func versionsNameWhatReads() throws {
    let jpeg = try PictureDecoder.version(.jpeg)
    #expect(jpeg.wholeMatch(of: /libturbojpeg\.so\.0\S* [0-9a-f]{16}/) != nil, "\(jpeg)")
    let png = try PictureDecoder.version(.png)
    #expect(png.wholeMatch(of: /libpng 1\.6\.\d+/) != nil, "\(png)")
  }

  @Test(.enabled(if: tinyData() != nil, "needs ../shared/data/tiny"))
  func photosHaveTheKnownSizesAndColours() throws {
    struct Expected: Decodable {
      struct Photo: Decodable {
        let width: Int
        let height: Int
        let components: Int
        let mean: [Double]

        enum CodingKeys: String, CodingKey {
          case width, height, components
          case mean = "mean_rgb_255"
        }
      }
      let flowers: [String: Photo]
    }
    let tiny = try #require(tinyData())
    let expected = try JSONDecoder().decode(
      Expected.self,
      from: Data(contentsOf: tiny.appending(path: "expected.json"))
    )
    #expect(expected.flowers.count == 40)
    for (name, photo) in expected.flowers {
      let file = try Data(contentsOf: tiny.appending(path: "flowers/\(name)"))
      let picture = try decoder.picture(Array(file), name)
      #expect(picture.width == photo.width && picture.height == photo.height, "\(name)")
      #expect(picture.channels == photo.components, "\(name)")
      let colours = picture.inColour.bytes
      for channel in 0..<3 {
        let values = stride(from: channel, to: colours.count, by: 3).map { Int(colours[$0]) }
        let mean = Double(values.reduce(0, +)) / Double(values.count)
        #expect(abs(mean - photo.mean[channel]) < 1, "\(name)")
      }
    }
  }
}
