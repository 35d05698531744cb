import Kernels
import Tensors
import TestSupport
import Testing

struct BLASTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    let m: Int
    let n: Int
    let k: Int
    var testDescription: String { "\(m) × \(n) × \(k)" }
  }

  private static let sizes = [
    (1, 1, 1), (1, 7, 5), (7, 1, 3), (3, 5, 1), (2, 300, 3), (17, 33, 9), (64, 64, 64),
    (65, 31, 129), (8, 10, 64), (27, 16, 1024), (1, 10, 64), (9, 16, 1),
  ].map { Sizes(m: $0, n: $1, k: $2) }

  private static func values(_ seed: Int, _ count: Int) -> [Float] {
    var draws = RandomDraws(seed: UInt64(seed), purpose: .syntheticImages, step: count)
    return (0..<count).map { _ in Float(draws.normalPair().0) }
  }

  /// Row-major, a as m × k or k × m, b as k × n or n × k.
  @Test(arguments: sizes)
  func productsAgreeWithTheirDefinition(s: Sizes) {
    BLAS.useOneThread()
    let (a, b, c) = (
      Self.values(1, s.m * s.k), Self.values(2, s.k * s.n), Self.values(3, s.m * s.n)
    )
    for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
      for beta: Float in [0, 1] {
        // With β = 0 what was there must not matter, NaN included.
        var result = beta == 0 ? c.map { _ in .nan } : c
        BLAS.multiply(
          m: s.m,
          n: s.n,
          k: s.k,
          a,
          transposedA: ta,
          b,
          transposedB: tb,
          beta: beta,
          into: &result
        )
        let exact = (0..<s.m * s.n).map { at in
          let (i, j) = at.quotientAndRemainder(dividingBy: s.n)
          return (0..<s.k).reduce(Double(beta * c[at])) { sum, l in
            let x = a[ta ? l * s.m + i : i * s.k + l]
            let y = b[tb ? j * s.k + l : l * s.n + j]
            return sum + Double(x) * Double(y)
          }
        }
        // Relative to √k, the size of a result; found: 1.3e-6.
        let error = relativeError(result, exact, floor: Double(s.k).squareRoot())
        #expect(error < 1e-5, "transposed \(ta) \(tb), β \(beta)")
      }
    }
  }

  /// Many callers at a time, each with one BLAS thread, as the members of a team are.
  @Test(arguments: sizes)
  func concurrentCallersGetTheSameBits(s: Sizes) {
    let (a, b) = (Self.values(4, s.m * s.k), Self.values(5, s.k * s.n))
    let callers = 64
    let size = s.m * s.n
    let out = FloatBuffer(count: callers * size)
    let team = threadTeam(size: 4) { BLAS.useOneThread() }
    team.run(callers) { caller, _ in
      BLAS.multiply(
        m: s.m,
        n: s.n,
        k: s.k,
        a,
        b,
        beta: 0,
        into: out.base + caller * size
      )
    }
    let first = out.elements[0..<size].map(\.bitPattern)
    for caller in 1..<callers {
      let bits = out.elements[caller * size..<(caller + 1) * size].map(\.bitPattern)
      #expect(bits == first, "caller \(caller)")
    }
  }

  /// Where the operands lie must not change a bit: lanes start anywhere.
  @Test(arguments: sizes)
  func addressesDoNotChangeABit(s: Sizes) {
    BLAS.useOneThread()
    let (a, b) = (Self.values(6, s.m * s.k), Self.values(7, s.k * s.n))
    var results: [[UInt32]] = []
    for offset in [0, 1, 3, 8] {
      let memory = FloatBuffer(count: a.count + b.count + s.m * s.n + 48)
      let x = memory.base + offset
      let y = memory.base + (a.count + 15) / 16 * 16 + offset
      let z = memory.base + memory.count - s.m * s.n - offset
      x.update(from: a, count: a.count)
      y.update(from: b, count: b.count)
      BLAS.multiply(m: s.m, n: s.n, k: s.k, x, y, beta: 0, into: z)
      results.append((0..<s.m * s.n).map { z[$0].bitPattern })
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test func openBLASSaysWhatItIs() {
    BLAS.useOneThread()
    #expect(BLAS.threads == 1)
    #expect(BLAS.coreName.isEmpty == false)
    #expect(BLAS.configuration.contains("OpenBLAS"))
  }
}
