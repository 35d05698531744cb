/// A picture in three channels that is drawn on.
struct Canvas {
  /// What was drawn.
  private(set) var picture: Picture

  /// A white one.
  init(width: Int, height: Int) {
    let bytes = [UInt8](repeating: 255, count: width * height * 3)
    picture = Picture(width: width, height: height, channels: 3, bytes: bytes)
  }

  /// Draws a picture whose upper left corner is (x, y), each pixel as a square of `scale`; what
  /// hangs over is cut off.
  mutating func draw(_ other: Picture, x: Int, y: Int, scale: Int) {
    let other = other.inColour
    for row in 0..<other.height * scale {
      for column in 0..<other.width * scale {
        let from = (row / scale * other.width + column / scale) * 3
        fill(x + column, y + row, other.bytes[from..<from + 3])
      }
    }
  }

  /// Writes a text in black whose upper left corner is (x, y), each dot as a square of `scale`.
  mutating func write(_ text: String, x: Int, y: Int, scale: Int) {
    for (place, letter) in text.enumerated() {
      let left = x + place * BitmapFont.advance * scale
      for (row, dots) in BitmapFont.rows(of: letter).enumerated() {
        for column in 0..<BitmapFont.width where dots >> (BitmapFont.width - 1 - column) & 1 == 1 {
          for dot in 0..<scale * scale {
            fill(left + column * scale + dot % scale, y + row * scale + dot / scale, [0, 0, 0])
          }
        }
      }
    }
  }

  private mutating func fill(_ x: Int, _ y: Int, _ colour: ArraySlice<UInt8>) {
    guard x >= 0, x < picture.width, y >= 0, y < picture.height else { return }
    let start = (y * picture.width + x) * 3
    picture.bytes.replaceSubrange(start..<start + 3, with: colour)
  }
}
