/// A number with three significant digits, for people: "0.000894", "12.3", "1.23e+9".
public func significant(_ x: Double) -> String { significant(x, digits: 3) }

/// A number with `count` significant digits, without idle zeros.
public func significant(_ x: Double, digits count: Int) -> String {
  guard x.isFinite, x != 0 else { return x == 0 ? "0" : "\(x)" }
  var (value, exponent) = (x.magnitude, 0)
  while value >= 10 { (value, exponent) = (value / 10, exponent + 1) }
  while value < 1 { (value, exponent) = (value * 10, exponent - 1) }
  let unit = (1..<count).reduce(1) { power, _ in 10 * power }
  var digits = Int((value * Double(unit)).rounded())
  if digits == 10 * unit { (digits, exponent) = (unit, exponent + 1) }
  let sign = x < 0 ? "-" : ""
  if exponent < -4 || exponent > 5 {
    return "\(sign)\(decimal(digits, point: 1))e\(exponent < 0 ? "-" : "+")\(abs(exponent))"
  }
  return sign + decimal(digits, point: exponent + 1)
}

/// Digits with the decimal point after the `point`-th, without idle zeros behind it.
private func decimal(_ digits: Int, point: Int) -> String {
  var text = String(digits)
  let count = text.count
  if point >= count { return text + String(repeating: "0", count: point - count) }
  if point <= 0 {
    text = String(repeating: "0", count: 1 - point) + text
  }
  let split = text.index(text.endIndex, offsetBy: point <= 0 ? -(text.count - 1) : point - count)
  var fraction = text[split...]
  while fraction.last == "0" { fraction.removeLast() }
  return fraction.isEmpty ? String(text[..<split]) : "\(text[..<split]).\(fraction)"
}
