/// A number in the fewest digits that read back to it, whole ones without a point.
public func plain(_ number: Double) -> String {
  number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
}
