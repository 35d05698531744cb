extension Sequence<String> {
  /// The word that somebody may have meant who wrote `text`: the first of those that the fewest
  /// strokes make of it, at most one for three letters, or else the only one that begins with it or
  /// that it begins with; nil where there is none.
  ///
  /// Case and the choice between "-" and "_" cost nothing, two letters in each other's place one.
  public func nearest(to text: String) -> String? {
    let wanted = letters(text)
    let near = map { (word: $0, strokes: strokes(wanted, letters($0))) }
      .filter { $0.strokes <= Swift.max(1, wanted.count / 3) }
      .min { $0.strokes < $1.strokes }
    if let near { return near.word }
    let longer = filter { word in
      let (short, long) =
        word.count < wanted.count ? (letters(word), wanted) : (wanted, letters(word))
      return short.count >= 3 && long.starts(with: short)
    }
    return longer.count == 1 ? longer[0] : nil
  }

  /// " (did you mean adamw?)" with the word that is `nearest` to `text`; nothing where there is none.
  public func suggestion(for text: String) -> String {
    nearest(to: text).map { " (did you mean \($0)?)" } ?? ""
  }
}

private func letters(_ text: String) -> [Character] {
  text.lowercased().map { $0 == "_" ? "-" : $0 }
}

/// How many strokes make `b` of `a`: letters put in, taken out or replaced, neighbours swapped.
private func strokes(_ a: [Character], _ b: [Character]) -> Int {
  // Row i: from the first i letters of a to the first j of b.
  var rows = [Array(0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var best = Swift.min(row[j], rows[i][j + 1]) + 1
      best = Swift.min(best, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        best = Swift.min(best, rows[i - 1][j - 1] + 1)
      }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
