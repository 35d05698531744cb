/// The middle of some numbers; of two, their mean.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// Bytes in MiB, to a thousandth.
func mebibytes(_ bytes: Int) -> Double { (Double(bytes) / 1048.576).rounded() / 1000 }
