import Networks
import Tensors

/// What a network draws in a step, straight from Philox by the definition of each draw.
public struct ReferenceDraws: Sendable {
  /// The run's seed.
  public var seed: UInt64
  /// The number of the update, from 0.
  public var step: Int

  /// The draws of a step.
  public init(seed: UInt64 = 0, step: Int = 0) { (self.seed, self.step) = (seed, step) }

  /// Four words: counter (block, purpose and site, sample + 1 or 0, step), key the seed's halves.
  private func words(_ purpose: UInt32, _ site: Int, _ sample: Int?, block: Int) -> SIMD4<UInt32> {
    Philox.block(
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)),
      counter: SIMD4(
        UInt32(block),
        purpose << 24 | UInt32(site),
        UInt32(sample.map { $0 + 1 } ?? 0),
        UInt32(step)
      )
    )
  }

  /// α and β of a Shake-Shake block: (2k + 1)/2²⁴, k the upper 23 bits of a word.
  public func mixture(_ mode: ShakeMode, site: Int, sample: Int) -> (alpha: Double, beta: Double) {
    func part(_ purpose: UInt32) -> Double {
      let word = words(purpose, site, mode.level == .image ? sample : nil, block: 0)[0]
      return Double(2 * (word >> 9) + 1) / 16_777_216
    }
    let alpha = mode.forward == .shake ? part(5) : 0.5
    switch mode.backward {
    case .shake: return (alpha, part(6))
    case .even: return (alpha, 0.5)
    case .keep: return (alpha, alpha)
    }
  }

  /// Whether a dropout of that rate keeps each of `count` values of a sample: bits of half word (i
  /// / 16) mod 8 of block 16·⌊i / 128⌋ + i mod 16.
  public func keeps(_ rate: Double, site: Int, sample: Int, count: Int) -> [Bool] {
    (0..<count).map { i in
      let word = words(7, site, sample, block: i / 128 * 16 + i % 16)[i / 32 % 4]
      let half = i / 16 % 2 == 0 ? word & 0xFFFF : word >> 16
      return Double(half) < ((1 - rate) * 65_536).rounded()
    }
  }
}
