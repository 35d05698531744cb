/// Text over as many lines as the columns of a terminal ask for.
package enum WrappedText {
  /// The lines of a text, broken between words, all but the first behind `indent` spaces.
  ///
  /// A word that is longer than a line stays whole, and where it is: a path is there to be copied.
  package static func lines(_ text: String, columns: Int, indent: Int) -> [String] {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    return lines(words, gap: " ", columns: columns, indent: indent)
  }

  /// The lines of words with a gap between them, broken nowhere else.
  package static func lines(
    _ words: [String],
    gap: String,
    columns: Int,
    indent: Int
  ) -> [String] {
    let margin = String(repeating: " ", count: indent < columns / 2 ? indent : 2)
    var lines = [""]
    var space = ""
    for (index, word) in words.enumerated() {
      if index > 0 { space += gap }
      let current = lines[lines.count - 1]
      if word.isEmpty {
        continue
      } else if current.allSatisfy({ $0 == " " })
        || current.count + space.count + word.count <= columns
        || margin.count + word.count > columns
      {
        lines[lines.count - 1] += space + word
      } else {
        lines.append(margin + word)
      }
      space = ""
    }
    return lines
  }
}
