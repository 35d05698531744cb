/// Letters of 3 × 5 dots: capitals, digits and what stands in names of classes.
enum BitmapFont {
  /// Dots of a letter.
  static let (width, height) = (3, 5)
  /// Dots from one letter to the next.
  static let advance = 4

  /// The rows of a letter from above, each with the left dot as its highest bit; a small letter is
  /// its capital, and one that there is not is a box.
  static func rows(of letter: Character) -> [UInt8] {
    guard letter != " " else { return [] }
    let capital = letter.uppercased()
    guard let place = letters.firstIndex(where: { String($0) == capital }) else {
      return [7, 5, 5, 5, 7]
    }
    let start = height * letters.distance(from: letters.startIndex, to: place)
    return dots[start..<start + height].map { $0 }
  }

  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:()/'+&"
  private static let dots: [UInt8] = [
    2, 5, 7, 5, 5, 6, 5, 6, 5, 6, 3, 4, 4, 4, 3, 6, 5, 5, 5, 6, 7, 4, 6, 4, 7, 7, 4, 6, 4, 4,
    3, 4, 5, 5, 3, 5, 5, 7, 5, 5, 7, 2, 2, 2, 7, 1, 1, 1, 5, 2, 5, 5, 6, 5, 5, 4, 4, 4, 4, 7,
    5, 7, 7, 5, 5, 6, 5, 5, 5, 5, 2, 5, 5, 5, 2, 6, 5, 6, 4, 4, 2, 5, 5, 6, 3, 6, 5, 6, 5, 5,
    3, 4, 2, 1, 6, 7, 2, 2, 2, 2, 5, 5, 5, 5, 7, 5, 5, 5, 5, 2, 5, 5, 7, 7, 5, 5, 5, 2, 5, 5,
    5, 5, 2, 2, 2, 7, 1, 2, 4, 7,
    7, 5, 5, 5, 7, 2, 6, 2, 2, 7, 6, 1, 2, 4, 7, 6, 1, 2, 1, 6, 5, 5, 7, 1, 1, 7, 4, 6, 1, 6,
    3, 4, 7, 5, 7, 7, 1, 2, 2, 2, 7, 5, 7, 5, 7, 7, 5, 7, 1, 6,
    0, 0, 7, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 2, 0, 0, 0, 2, 4, 0, 2, 0, 2, 0, 1, 2, 2, 2, 1,
    4, 2, 2, 2, 4, 1, 1, 2, 4, 4, 2, 2, 0, 0, 0, 0, 2, 7, 2, 0, 2, 5, 2, 5, 3,
  ]
}
