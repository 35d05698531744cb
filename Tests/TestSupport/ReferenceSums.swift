/// The canonical sum of `rows`, element by element, as its definition says it: level by level.
///
/// Neighbours are added, an odd one out moves up unchanged, until one row is left. Traps when there
/// is none.
public func levelByLevelSum(_ rows: [[Float]]) -> [Float] {
  precondition(!rows.isEmpty, "no rows to add")
  var level = rows
  while level.count > 1 {
    level = stride(from: 0, to: level.count, by: 2).map { i in
      i + 1 < level.count ? added(level[i], level[i + 1]) : level[i]
    }
  }
  return level[0]
}

/// The canonical sum of `rows`, element by element, by splitting at the largest power of two below
/// the count.
///
/// Traps when there is no row.
public func recursiveSum(_ rows: ArraySlice<[Float]>) -> [Float] {
  guard rows.count > 1 else { return rows[rows.startIndex] }
  var cut = 1
  while 2 * cut < rows.count { cut *= 2 }
  return added(recursiveSum(rows.prefix(cut)), recursiveSum(rows.dropFirst(cut)))
}

/// A value whose sums depend on the order of adding: any sign, 24 binary orders of magnitude, all
/// bits used.
///
/// The same for the same three numbers.
public func unevenValue(_ seed: Int, _ row: Int, _ element: Int) -> Float {
  var bits = UInt64(truncatingIfNeeded: seed &* 1_000_003 &+ row) &* 0x9E37_79B9_7F4A_7C15
  bits = (bits ^ UInt64(truncatingIfNeeded: element)) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ bits >> 29) &* 0x94D0_49BB_1331_11EB
  bits ^= bits >> 32
  let exponent = 127 - 12 + UInt32(truncatingIfNeeded: bits >> 40) % 24
  let sign = UInt32(truncatingIfNeeded: bits >> 63) << 31
  return Float(bitPattern: sign | exponent << 23 | UInt32(truncatingIfNeeded: bits) & 0x7F_FFFF)
}

private func added(_ a: [Float], _ b: [Float]) -> [Float] { a.indices.map { a[$0] + b[$0] } }
