/// What a terminal of some width shows of what is written to it: as much of one as a bar needs.
struct TerminalScreen {
  let columns: Int
  /// The lines from the top, without an end of the screen.
  private(set) var lines: [String] = [""]
  /// Lines that went on in the next one because they were too wide.
  private(set) var wrapped: [String] = []
  /// The most lines with a bar that there were at a time.
  private(set) var mostBars = 0
  private var column = 0

  init(columns: Int) { self.columns = columns }

  /// Lines with a bar.
  var bars: Int { lines.count { $0.contains { "█░".contains($0) } } }

  /// Takes in text with carriage returns, newlines and "erase to the end of the line".
  mutating func show(_ text: String) {
    var rest = text.unicodeScalars[...]
    while let letter = rest.popFirst() {
      switch letter {
      case "\r":
        mostBars = max(mostBars, bars)
        column = 0
      case "\n":
        mostBars = max(mostBars, bars)
        lines.append("")
        column = 0
      case "\u{1B}":
        rest = rest.drop { $0 != "K" }.dropFirst()
        lines[lines.count - 1] = String(lines[lines.count - 1].prefix(column))
      default: write(Character(letter))
      }
    }
    mostBars = max(mostBars, bars)
  }

  private mutating func write(_ letter: Character) {
    if column == columns {
      wrapped.append(lines[lines.count - 1])
      lines.append("")
      column = 0
    }
    var line = Array(lines[lines.count - 1])
    if column < line.count { line[column] = letter } else { line.append(letter) }
    lines[lines.count - 1] = String(line)
    column += 1
  }
}
