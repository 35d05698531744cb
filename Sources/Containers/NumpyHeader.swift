/// What the header of a .npy file says: a dictionary of three entries, as Python writes it.
struct NumpyHeader {
  private(set) var descriptor = ""
  private(set) var isColumnMajor = false
  private(set) var shape: [Int] = []

  /// The rest of the text that is read.
  private var rest: Substring

  /// Reads a header; nil where it is anything else.
  init?(_ text: String) {
    rest = text[...]
    guard take("{") else { return nil }
    var found: Set<String> = []
    while !take("}") {
      guard let key = quoted(), take(":"), found.insert(key).inserted, value(of: key) else {
        return nil
      }
      if !take(",") {
        guard take("}") else { return nil }
        break
      }
    }
    guard found.count == 3, rest.allSatisfy(\.isWhitespace) else { return nil }
  }

  /// Reads the value of a key; false where either is unknown.
  private mutating func value(of key: String) -> Bool {
    switch key {
    case "descr":
      guard let text = quoted() else { return false }
      descriptor = text
    case "fortran_order":
      guard take("True") else {
        return take("False")
      }
      isColumnMajor = true
    case "shape":
      guard take("(") else { return false }
      while !take(")") {
        guard let size = number(), shape.count < 8 else { return false }
        shape.append(size)
        if !take(",") { return take(")") }
      }
    default: return false
    }
    return true
  }

  /// Goes over blanks and then `text`; false where something else stands there.
  private mutating func take(_ text: String) -> Bool {
    rest = rest.drop(while: \.isWhitespace)
    guard rest.hasPrefix(text) else { return false }
    rest = rest.dropFirst(text.count)
    return true
  }

  private mutating func quoted() -> String? {
    let quote: Character = take("'") ? "'" : take("\"") ? "\"" : "\0"
    guard quote != "\0", let end = rest.firstIndex(of: quote) else { return nil }
    let text = String(rest[..<end])
    rest = rest[end...].dropFirst()
    return text
  }

  /// A size; Python 2 wrote some with an L behind.
  private mutating func number() -> Int? {
    rest = rest.drop(while: \.isWhitespace)
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(digits.count)
    if rest.first == "L" { rest = rest.dropFirst() }
    return Int(digits)
  }
}
