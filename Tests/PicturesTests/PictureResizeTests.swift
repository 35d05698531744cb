import Foundation
import Pictures
import Testing

struct PictureResizeTests {
  @Test func pixelsArePillows() throws {
    let cases = try PictureGolden.read().resized
    #expect(cases.count >= 60)
    for golden in cases {
      let source = PictureGolden.source(
        width: golden.width,
        height: golden.height,
        channels: golden.channels
      )
      var request = PictureRequest()
      request.size = golden.size
      request.filter = try #require(PictureRequest.Filter(rawValue: golden.filter))
      request.crop = try #require(PictureRequest.Crop(rawValue: golden.crop))
      let resized = request.fitted(source)
      #expect(resized.width == golden.size && resized.height == golden.size)
      #expect(
        resized.bytes == Array(golden.pixels),
        "\(golden.width) × \(golden.height) to \(request.text)"
      )
    }
  }

  @Test func whatHasTheSizeStaysAsItIs() {
    let source = PictureGolden.source(width: 8, height: 8, channels: 3)
    for filter in PictureRequest.Filter.allCases {
      var request = PictureRequest()
      (request.size, request.filter) = (8, filter)
      #expect(request.fitted(source) == source)
    }
    let oblong = PictureGolden.source(width: 9, height: 4, channels: 1)
    #expect(PictureRequest().fitted(oblong) == oblong)
  }

  /// A constant stays one, whatever the weights add up to.
  @Test func whiteStaysWhite() {
    let white = Picture(
      width: 113,
      height: 57,
      channels: 1,
      bytes: Array(repeating: 255, count: 6441)
    )
    for filter in PictureRequest.Filter.allCases {
      for crop in PictureRequest.Crop.allCases {
        for size in [1, 3, 56, 58, 130] {
          var request = PictureRequest()
          (request.size, request.filter, request.crop) = (size, filter, crop)
          #expect(request.fitted(white).bytes.allSatisfy { $0 == 255 }, "\(request.text)")
        }
      }
    }
  }

  /// A side of one pixel, which a centre crop makes very long first.
  @Test func aLineBecomesASquare() {
    let line = PictureGolden.source(width: 1, height: 60_000, channels: 3)
    for filter in PictureRequest.Filter.allCases {
      var request = PictureRequest()
      (request.size, request.filter, request.crop) = (64, filter, .center)
      #expect(request.fitted(line).bytes.count == 64 * 64 * 3)
    }
  }
}
