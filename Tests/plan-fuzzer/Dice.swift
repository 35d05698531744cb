import Tensors

/// Random draws of one plan: the same for the same seed and number.
struct Dice: RandomNumberGenerator {
  private let key: SIMD2<UInt32>
  private let number: UInt32
  private var drawn: UInt32 = 0

  init(seed: UInt64, number: Int) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.number = UInt32(truncatingIfNeeded: number)
  }

  mutating func next() -> UInt64 {
    let words = Philox.block(key: key, counter: SIMD4(drawn, number, 0, 0))
    drawn += 1
    return UInt64(words.x) << 32 | UInt64(words.y)
  }

  /// True in one of `count` cases.
  mutating func one(in count: Int) -> Bool { integer(1...count) == 1 }

  mutating func integer(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }

  mutating func number(_ range: ClosedRange<Double>) -> Double {
    // Few digits, so that what goes wrong can be typed again.
    (Double.random(in: range, using: &self) * 1000).rounded() / 1000
  }

  /// 10 to a power of the range, with two digits.
  mutating func power(_ range: ClosedRange<Int>) -> String {
    "\(integer(10...99))e\(integer(range.lowerBound...range.upperBound) - 1)"
  }

  mutating func pick<T>(_ values: [T]) -> T { values[integer(0...values.count - 1)] }

  /// Some of the values, at least one, in their order.
  mutating func some<T>(of values: [T]) -> [T] {
    let chosen = values.filter { _ in one(in: 2) }
    return chosen.isEmpty ? [pick(values)] : chosen
  }
}
