import Pictures
import Testing

@Suite(.enabled(if: missingLibraries == nil, "libturbojpeg0 or libpng16-16 is missing"))
struct PNGWriterTests {
  @Test(arguments: [(1, 1, 1), (29, 19, 3), (17, 40, 1), (300, 2, 3)])
  func whatIsWrittenIsReadBack(width: Int, height: Int, channels: Int) throws {
    let picture = PictureGolden.source(width: width, height: height, channels: channels)
    let file = try PNGWriter.encoded(picture)
    #expect(try PictureDecoder().picture(file, "x.png") == picture)
  }
}
