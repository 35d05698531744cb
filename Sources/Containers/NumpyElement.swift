/// The type of an array's elements, as NumPy writes it: "<i8", "|u1".
package struct NumpyElement: Sendable, Equatable {
  /// What the bytes stand for.
  package enum Kind: Sendable {
    /// A whole number from 0 on.
    case unsigned
    /// A whole number.
    case signed
    /// A floating-point number.
    case float
  }

  /// What the bytes stand for.
  package let kind: Kind
  /// Bytes of an element: 1, 2, 4 or 8.
  package let size: Int
  /// Whether the first byte is the highest.
  package var isBigEndian: Bool

  /// The type with a letter and a size, as in "u1"; nil where it is none of whole or real numbers.
  package init?(code: some StringProtocol, isBigEndian: Bool) {
    switch code.first {
    case "u": kind = .unsigned
    case "i": kind = .signed
    case "f": kind = .float
    default: return nil
    }
    switch code.dropFirst() {
    case "1" where kind != .float: size = 1
    case "2": size = 2
    case "4": size = 4
    case "8": size = 8
    default: return nil
    }
    self.isBigEndian = isBigEndian
  }

  /// The type that "<i8" or "|u1" stands for; nil where it is none of whole or real numbers.
  package init?(descriptor: String) {
    guard let order = descriptor.first, "<>|=".contains(order) else { return nil }
    self.init(code: descriptor.dropFirst(), isBigEndian: order == ">")
  }

  /// Whether it is one byte from 0 to 255, as pixels are.
  package var isByte: Bool { kind == .unsigned && size == 1 }
}
