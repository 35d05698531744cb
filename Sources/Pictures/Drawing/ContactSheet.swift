/// A sheet of pictures in pairs, one above the other, with a label below each pair.
public struct ContactSheet {
  /// A pair and its label.
  public struct Entry {
    let above: Picture
    let below: Picture
    let label: String

    /// A pair of pictures of one size.
    public init(above: Picture, below: Picture, label: String) {
      (self.above, self.below, self.label) = (above, below, label)
    }
  }

  /// Pixels between pictures.
  private static let gap = 4
  /// A small picture is drawn larger until it has so many pixels a side.
  private static let side = 64
  private static let perRow = 8

  /// The sheet of `entries`, eight in a row, all pictures of the size of the first.
  public static func picture(_ entries: [Entry]) -> Picture {
    guard let first = entries.first else { return Canvas(width: 1, height: 1).picture }
    let (width, height) = (first.above.width, first.above.height)
    let scale = max(1, side / max(width, height))
    let text = max(1, min(2, width * scale / 40))
    let line = BitmapFont.height * text
    let cell = (width: width * scale + gap, height: 2 * (height * scale + gap) + line + 2 * gap)
    let columns = min(entries.count, perRow)
    let rows = (entries.count + perRow - 1) / perRow
    var canvas = Canvas(width: columns * cell.width + gap, height: rows * cell.height + gap)
    for (place, entry) in entries.enumerated() {
      let (x, y) = (gap + place % perRow * cell.width, gap + place / perRow * cell.height)
      canvas.draw(entry.above, x: x, y: y, scale: scale)
      canvas.draw(entry.below, x: x, y: y + height * scale + gap, scale: scale)
      let letters = max(1, (cell.width - gap) / (BitmapFont.advance * text))
      let label = String(entry.label.prefix(letters))
      canvas.write(label, x: x, y: y + 2 * (height * scale + gap), scale: text)
    }
    return canvas.picture
  }
}
