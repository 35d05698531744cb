import Pictures
import Testing

struct ContactSheetTests {
  private func plain(_ grey: UInt8, width: Int = 32, height: Int = 32) -> Picture {
    Picture(
      width: width,
      height: height,
      channels: 1,
      bytes: Array(repeating: grey, count: width * height)
    )
  }

  private func pixel(_ picture: Picture, _ x: Int, _ y: Int) -> [UInt8] {
    Array(picture.bytes[(y * picture.width + x) * 3..<(y * picture.width + x) * 3 + 3])
  }

  @Test func pairsStandAboveTheirLabels() {
    let entries = (0..<10).map { number in
      ContactSheet.Entry(
        above: plain(UInt8(10 + number)),
        below: plain(UInt8(100 + number)),
        label: "CAT"
      )
    }
    let sheet = ContactSheet.picture(entries)
    // Eight in a row, each 64 pixels wide, and a second row.
    #expect(sheet.channels == 3 && sheet.width == 8 * 68 + 4 && sheet.height == 2 * 149 + 4)
    for number in 0..<10 {
      let (x, y) = (4 + number % 8 * 68, 4 + number / 8 * 149)
      #expect(pixel(sheet, x, y) == Array(repeating: UInt8(10 + number), count: 3))
      #expect(pixel(sheet, x + 63, y + 63) == Array(repeating: UInt8(10 + number), count: 3))
      #expect(pixel(sheet, x + 5, y + 64) == [255, 255, 255])
      #expect(pixel(sheet, x, y + 68) == Array(repeating: UInt8(100 + number), count: 3))
      // C and A begin with an empty dot and a full one below it.
      #expect(pixel(sheet, x, y + 136) == [255, 255, 255])
      #expect(pixel(sheet, x, y + 137) == [0, 0, 0] && pixel(sheet, x + 4, y + 137) == [0, 0, 0])
    }
    #expect(pixel(sheet, 4 + 2 * 68, 4 + 149) == [255, 255, 255])
  }

  /// Large pictures stay as they are, and what a label is made of does not matter.
  @Test func anySizeAndLabelWillDo() {
    for label in ["", "Čeština 漢字 🌻", String(repeating: "W", count: 500)] {
      let entry = ContactSheet.Entry(
        above: plain(1, width: 200, height: 90),
        below: plain(2, width: 200, height: 90),
        label: label
      )
      let sheet = ContactSheet.picture([entry])
      #expect(sheet.width == 208 && pixel(sheet, 4, 98) == [2, 2, 2])
    }
  }
}
