/// A number with three significant digits, for people: "0.000894", "12.3", "1.23e+9".
public func significant(_ x: Double) -> String {
  guard x.isFinite, x != 0 else { return x == 0 ? "0" : "\(x)" }
  var (value, exponent) = (x.magnitude, 0)
  while value >= 10 { (value, exponent) = (value / 10, exponent + 1) }
  while value < 1 { (value, exponent) = (value * 10, exponent - 1) }
  var digits = Int((value * 100).rounded())
  if digits == 1000 { (digits, exponent) = (100, exponent + 1) }
  let sign = x < 0 ? "-" : ""
  if exponent < -4 || exponent > 5 {
    return "\(sign)\(decimal(digits, point: 1))e\(exponent < 0 ? "-" : "+")\(abs(exponent))"
  }
  return sign + decimal(digits, point: exponent + 1)
}

/// Three digits with the decimal point after the `point`-th, without idle zeros behind it.
private func decimal(_ digits: Int, point: Int) -> String {
  var text = String(digits)
  if point >= 3 { return text + String(repeating: "0", count: point - 3) }
  if point <= 0 {
    text = String(repeating: "0", count: 1 - point) + text
  }
  let split = text.index(text.endIndex, offsetBy: point <= 0 ? -(text.count - 1) : point - 3)
  var fraction = text[split...]
  while fraction.last == "0" { fraction.removeLast() }
  return fraction.isEmpty ? String(text[..<split]) : "\(text[..<split]).\(fraction)"
}
