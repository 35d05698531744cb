import Tensors
import Testing

struct RandomDrawsTests {
  /// The counter is (block, purpose and site, sample + 1, step), the key the seed's 64 bits.
  @Test func wordsFollowFromTheCoordinates() {
    let seed: UInt64 = 0x0123_4567_89ab_cdef
    var draws = RandomDraws(seed: seed, purpose: .augmentation, site: 5, sample: 41, step: 9)
    let words = (0..<12).map { _ in draws.next() }
    let expected = (0..<3).flatMap { block in
      let word = Philox.block(
        key: SIMD2(0x89ab_cdef, 0x0123_4567),
        counter: SIMD4(UInt32(block), 3 << 24 | 5, 42, 9)
      )
      return (0..<4).map { word[$0] }
    }
    #expect(words == expected)
  }

  /// No two coordinates share a stream, also where one is 0 and the other absent.
  @Test func everyCoordinateMatters() {
    var streams = Set<[UInt32]>()
    var count = 0
    for seed: UInt64 in [0, 1, 1 << 32, .max] {
      for purpose in DrawPurpose.allCases {
        for site in [0, 1, 1 << 24 - 1] {
          for sample in [nil, 0, 1, 49_999] {
            for step in [0, 1, 200] {
              var draws = RandomDraws(
                seed: seed,
                purpose: purpose,
                site: site,
                sample: sample,
                step: step
              )
              streams.insert((0..<4).map { _ in draws.next() })
              count += 1
            }
          }
        }
      }
    }
    #expect(streams.count == count)
  }

  @Test func aCopyDrawsTheSameAgain() {
    var draws = RandomDraws(seed: 3, purpose: .shuffle)
    _ = draws.next()
    var copy = draws
    #expect((0..<9).map { _ in draws.next() } == (0..<9).map { _ in copy.next() })
  }

  @Test(arguments: [1, 2, 3, 5, 9, 10, 100])
  func integersCoverTheirRangeEvenly(bound: Int) {
    var draws = RandomDraws(seed: 11, purpose: .shuffle, step: bound)
    var counts = Array(repeating: 0, count: bound)
    let total = 50_000
    for _ in 0..<total { counts[draws.integer(below: bound)] += 1 }
    let expected = Double(total) / Double(bound)
    // χ² has mean bound − 1 and variance 2·(bound − 1): five deviations.
    let square = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) }
    let degrees = Double(bound - 1)
    #expect(square / expected <= degrees + 5 * (2 * degrees).squareRoot())
  }

  @Test func integersReachBothEndsOfTheWidestRange() {
    var draws = RandomDraws(seed: 12, purpose: .shuffle)
    let bound = Int(UInt32.max)
    let values = (0..<10_000).map { _ in draws.integer(below: bound) }
    #expect(values.allSatisfy { $0 >= 0 && $0 < bound })
    #expect(values.contains { $0 < bound / 1000 } && values.contains { $0 > bound / 1000 * 999 })
  }

  @Test func uniformNumbersLieInTheOpenInterval() {
    var draws = RandomDraws(seed: 13, purpose: .initialization)
    var words = draws
    var (sum, squares) = (0.0, 0.0)
    let count = 100_000
    for _ in 0..<count {
      let u = draws.uniform()
      #expect(u == (Double(words.next()) + 0.5) / 4_294_967_296)
      sum += u
      squares += (u - 0.5) * (u - 0.5)
    }
    let n = Double(count)
    // Deviations of the estimates: 0.2887/√n and 0.0745/√n; five of them.
    #expect(abs(sum / n - 0.5) < 5 * 0.289 / n.squareRoot())
    #expect(abs(squares / n - 1.0 / 12) < 5 * 0.0746 / n.squareRoot())
    #expect((0.0 + 0.5) * 0x1p-32 > 0 && (Double(UInt32.max) + 0.5) * 0x1p-32 < 1)
  }

  @Test func normalNumbersHaveTheMomentsOfTheDistribution() {
    var draws = RandomDraws(seed: 14, purpose: .initialization)
    var moments = [0.0, 0.0, 0.0, 0.0]
    var (product, squareProduct, beyond) = (0.0, 0.0, 0)
    let pairs = 100_000
    for _ in 0..<pairs {
      let (a, b) = draws.normalPair()
      for x in [a, b] {
        var power = 1.0
        for k in 0..<4 {
          power *= x
          moments[k] += power
        }
        if abs(x) > 3 { beyond += 1 }
      }
      product += a * b
      squareProduct += a * a * b * b
    }
    let n = Double(2 * pairs)
    let deviation = 5 / n.squareRoot()
    // The k-th moment's estimate has deviation √((m2k − mk²) / n): 1, √2, √15, √96.
    #expect(abs(moments[0] / n) < deviation)
    #expect(abs(moments[1] / n - 1) < deviation * 2.0.squareRoot())
    #expect(abs(moments[2] / n) < deviation * 15.0.squareRoot())
    #expect(abs(moments[3] / n - 3) < deviation * 96.0.squareRoot())
    // The two of a pair are independent.
    #expect(abs(product / Double(pairs)) < deviation * 2.0.squareRoot())
    #expect(abs(squareProduct / Double(pairs) - 1) < deviation * 16.0.squareRoot())
    // P(|x| > 3) = 0.0026998.
    #expect(abs(Double(beyond) / n - 0.0027) < 5 * (0.0027 / n).squareRoot())
  }
}
