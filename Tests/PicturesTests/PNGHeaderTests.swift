import Pictures
import TestSupport
import Tensors
import Testing

@Suite(.enabled(if: missingLibraries == nil, "libturbojpeg or libpng is missing"))
struct PNGHeaderTests {
  /// No bits a channel would let any size pass for one that nothing packed can hold.
  @Test(arguments: [(0, 0), (3, 0), (7, 3), (2, 4), (8, 5), (8, 1)])
  func bitsAndTypesOfTheStandardAlone(bits: UInt8, type: UInt8) throws {
    let size: [UInt8] = [0, 0, 0, 3, 0, 0xe7, 0x11, 0x07]
    let header: [UInt8] = [0, 0, 0, 13] + Array("IHDR".utf8) + size + [bits, type, 0, 0, 0]
    let end: [UInt8] = [0, 0, 0, 0] + Array("IEND".utf8) + [0xae, 0x42, 0x60, 0x82]
    let magic: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    let file = magic + header + [0, 0, 0, 0] + end
    let failure = refusal { try PictureDecoder().picture(file, "p.png") }
    #expect(failure?.message == "p.png has \(bits) bits a channel in colours of type \(type)")
  }
}
