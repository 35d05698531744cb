/// A line of parts, of which those that matter most are shown where not all fit.
package enum FittedLine {
  /// A part in its place.
  package struct Part {
    /// What it says.
    let text: String
    /// The same in fewer letters.
    let short: String
    /// How much it matters: 0 goes first.
    let rank: Int

    /// A part; without a short form it is said in full or not at all.
    package init(_ text: String, short: String? = nil, rank: Int) {
      (self.text, self.short, self.rank) = (text, short ?? text, rank)
    }
  }

  /// The parts in their order, two spaces between them, in at most `columns` columns: in full where
  /// they fit, else in short, and of those as many as fit.
  package static func text(_ parts: [Part], columns: Int) -> String {
    let full = parts.map(\.text).joined(separator: gap)
    if full.count <= columns { return full }
    let ranked = parts.enumerated().sorted { $0.element.rank < $1.element.rank }
    guard let first = ranked.first?.element.short, first.count <= columns else {
      return String((ranked.first?.element.short ?? "").prefix(max(0, columns)))
    }
    var shown: Set<Int> = []
    var width = -gap.count
    for (index, part) in ranked
    where width + gap.count + part.short.count <= columns {
      shown.insert(index)
      width += gap.count + part.short.count
    }
    return shown.sorted().map { parts[$0].short }.joined(separator: gap)
  }

  private static let gap = "  "
}
