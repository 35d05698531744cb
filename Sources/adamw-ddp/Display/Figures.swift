import Foundation
import Plans

/// The middle of some numbers; of two, their mean.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// 269722 as "269,722".
func grouped(_ n: Int) -> String {
  var digits = String(n)
  var parts: [String] = []
  while digits.count > 3 {
    parts.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  return ([digits] + parts).joined(separator: ",")
}

/// Bytes in MiB, to a thousandth.
func mebibytes(_ bytes: Int) -> Double { (Double(bytes) / 1048.576).rounded() / 1000 }

/// "top-1 82.96 %, top-5 99.10 %"; without the second where there is none.
func accuracyText(_ first: Double, _ five: Double?) -> String {
  String(format: "top-1 %.2f %%", 100 * first)
    + (five.map { String(format: ", top-5 %.2f %%", 100 * $0) } ?? "")
}

/// Bytes in the unit that leaves at least one before the point; "94.3–96 KiB" from `least` on.
func byteText(_ count: Int, from least: Int? = nil) -> String {
  let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
  var (size, unit) = (1.0, 0)
  while Double(count) >= 1024 * size, unit + 1 < units.count {
    (size, unit) = (1024 * size, unit + 1)
  }
  let (first, last) = (
    significant(Double(least ?? count) / size), significant(Double(count) / size)
  )
  return "\(first == last ? last : "\(first)–\(last)") \(units[unit])"
}
