import CKernels

/// Sixteen 32-bit numbers, and the same bits as eight of 64.
private typealias Words = SIMD16<UInt32>
private typealias Pairs = SIMD8<UInt64>

/// The upper and the lower half of x · m, number by number.
@inline(__always)
private func product(_ x: Words, _ m: UInt64) -> (high: Words, low: Words) {
  let (lower, upper) = (Pairs(repeating: 0xFFFF_FFFF), Pairs(repeating: 0xFFFF_FFFF_0000_0000))
  let (pairs, half, factor) = (
    unsafeBitCast(x, to: Pairs.self), Pairs(repeating: 32), Pairs(repeating: m)
  )
  // Even numbers and odd ones by themselves: there are products of 32 bits only in places of 64.
  let even = (pairs & lower) &* factor
  let odd = (pairs &>> half) &* factor
  return (
    unsafeBitCast((even &>> half) | (odd & upper), to: Words.self),
    unsafeBitCast((even & lower) | (odd &<< half), to: Words.self)
  )
}

/// Sixteen blocks of Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): the four words of each; their
/// counters begin with `first`, `first` + 1, ….
@inline(__always)
private func philox(_ key: UInt64, _ first: UInt32, _ y: UInt32, _ z: UInt32, _ w: UInt32)
  -> (Words, Words, Words, Words)
{
  var c0 = Words(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) &+ Words(repeating: first)
  var (c1, c2, c3) = (Words(repeating: y), Words(repeating: z), Words(repeating: w))
  var (k0, k1) = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key &>> 32))
  for _ in 0..<10 {
    let (p0, p1) = (product(c0, 0xD251_1F53), product(c2, 0xCD9E_8D57))
    (c0, c1) = (p1.high ^ c1 ^ Words(repeating: k0), p1.low)
    (c2, c3) = (p0.high ^ c3 ^ Words(repeating: k1), p0.low)
    k0 = k0 &+ 0x9E37_79B9
    k1 = k1 &+ 0xBB67_AE85
  }
  return (c0, c1, c2, c3)
}

/// out = x · scale where an element is kept, else 0; added to out where `accumulate` says so; out
/// may be x.
func dropout(
  _ n: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ mask: DropoutMask,
  _ accumulate: Bool
) {
  let (limit, scale) = (Words(repeating: mask.kept), mask.scale)
  let (key, y, z, w) = (mask.key, mask.y, mask.z, mask.w)
  @inline(__always)
  func put(_ i: Int, _ bits: Words) {
    if i &+ 16 <= n {
      let v = Vector.zero.replacing(with: load(x + i) * scale, where: bits .< limit)
      store(out + i, accumulate ? load(out + i) + v : v)
    } else if i < n {
      let v = Vector.zero.replacing(with: load(x + i, n &- i) * scale, where: bits .< limit)
      store(out + i, accumulate ? load(out + i, n &- i) + v : v, n &- i)
    }
  }
  @inline(__always)
  func put(_ i: Int, lowAndHigh word: Words) {
    put(i, word & Words(repeating: 0xFFFF))
    put(i &+ 16, word &>> Words(repeating: 16))
  }
  var (i, block) = (0, UInt32(0))
  while i < n {
    let words = philox(key, block, y, z, w)
    put(i, lowAndHigh: words.0)
    put(i &+ 32, lowAndHigh: words.1)
    put(i &+ 64, lowAndHigh: words.2)
    put(i &+ 96, lowAndHigh: words.3)
    i &+= 128
    block = block &+ 16
  }
}
