/// A sum of equal parts up to 1, as Float64 rounds it at each addition, in a time that hardly grows
/// with their number.
///
/// Between two powers of two the sums are multiples of one unit in the last place, and an addition
/// moves all of them by the same: the part rounded to that unit. Only where the part lies half way
/// between two units does it depend on the sum, which is even after one such addition and stays so.
/// So two additions in each binade are done, and the rest is a product that is exact.
struct RepeatedSum: Hashable, Sendable {
  /// What is added each time, above 0.
  let part: Double

  /// A stretch of additions by the same.
  struct Stretch {
    /// Additions before it.
    var start: Int
    /// Additions after which the sum is on it, `start` included, up to the next stretch.
    var end: Int
    /// The sum at its start.
    var sum: Double
    /// What each addition on it moves it by.
    var move: Double
  }

  /// The sum after `count` additions, at most 1.
  func value(after count: Int) -> Double {
    var value = 1.0
    walk { stretch in
      guard count < stretch.end else { return true }
      value = stretch.sum + Double(count - stretch.start) * stretch.move
      return false
    }
    return value
  }

  /// The additions after which the sum is 1; nil where it never gets there.
  var length: Int? {
    var length = 0
    walk { stretch in
      length = stretch.end
      return true
    }
    return length == .max ? nil : length
  }

  /// The stretches from 0 to below 1, in order, as long as `body` says true.
  func walk(_ body: (Stretch) -> Bool) {
    var (count, sum) = (0, 0.0)
    while sum < 1 {
      let (next, settled) = (sum + part, sum + part + part)
      guard next > sum else {
        // It does not move any more.
        _ = body(Stretch(start: count, end: .max, sum: sum, move: 0))
        return
      }
      // The first addition, which may lead into another binade, and a second that ends on an even
      // multiple of its unit.
      for value in [sum, next] where value < 1 {
        guard body(Stretch(start: count, end: count + 1, sum: value, move: part)) else { return }
        count += 1
      }
      sum = settled
      // Both in one binade, or the second may have ended on an odd one.
      guard sum < 1, next.binade == sum.binade, sum + part > sum else { continue }
      let move = sum + part - sum
      let top = sum.binade * 2
      guard sum + move < top else { continue }
      var moves = Int(((top - sum) / move).rounded(.down))
      while sum + Double(moves) * move >= top { moves -= 1 }
      guard body(Stretch(start: count, end: count + moves, sum: sum, move: move)) else { return }
      (count, sum) = (count + moves, sum + Double(moves) * move)
    }
  }
}
