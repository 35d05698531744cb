import CKernels

// A 3×3 convolution of stride 2, one dimension at a time: w₁ meets only every other pixel, an even
// one, and each of those only once; w₀ and w₂ meet the odd ones between, and that half is a
// convolution of two weights and stride 1: Winograd's F(4, 2) with the points 0, ±1, ½ and ∞. (−½
// and ±2 are its mirror images, with the same error.) So nine pixels make nine frequencies and four
// outputs: the four even pixels as they are and five frequencies of the five odd ones. In two
// dimensions a tile of 9×9 has 81 frequencies that meet 6×6 transformed weights:
//
// | rows | columns | matrices | rows a tile | first at, in strides |
// |---|---|---|---|---|
// | even | even | 1 | 16 | 0 |
// | even | odd | 5 | 4 | 16 |
// | odd | even | 5 | 4 | 36 |
// | odd | odd | 25 | 1 | 56 |
//
// All values that meet one weight lie as one matrix [tile][position][channel].

/// Where the 81 values of one tile lie, of the channels from some channel on: places as the table
/// above says.
struct StridedTile {
  private let even: Int
  private let mixed: Int
  private let odd: Int
  /// Floats from one pixel of the even ones to the next.
  let channels: Int
  private let stride: Int

  /// Of tile number `tile`, from channel `c` on.
  @inline(__always)
  init(_ tile: Int, _ c: Int, _ channels: Int, _ stride: Int) {
    even = 16 &* tile &* channels &+ c
    mixed = 16 &* stride &+ 4 &* tile &* channels &+ c
    odd = 56 &* stride &+ tile &* channels &+ c
    (self.channels, self.stride) = (channels, stride)
  }

  /// The four even columns of even row `i`, `channels` apart.
  @inline(__always)
  func evenRow(_ i: Int) -> Int { even &+ 4 &* i &* channels }

  /// The five odd columns' frequencies of even row `i`, and how far apart they are.
  @inline(__always)
  func mixedRow(_ i: Int) -> (Int, Int) { (mixed &+ i &* channels, 4 &* stride) }

  /// The four even columns of odd row `i`'s frequency, `channels` apart.
  @inline(__always)
  func mixedOddRow(_ i: Int) -> Int { mixed &+ (20 &+ 4 &* i) &* stride }

  /// The five odd columns' frequencies of odd row `i`'s frequency, and how far apart they are.
  @inline(__always)
  func oddRow(_ i: Int) -> (Int, Int) { (odd &+ 5 &* i &* stride, stride) }

  /// The five odd rows' frequencies of column `j` of nine, four even ones and five odd ones'
  /// frequencies, and how far apart they are.
  @inline(__always)
  func column(_ j: Int) -> (Int, Int) {
    let isMixed = j < 4
    let at = isMixed ? 20 &* stride &+ j &* channels : (j &- 4) &* stride
    return ((isMixed ? mixed : odd) &+ at, isMixed ? 4 &* stride : 5 &* stride)
  }
}

/// One dimension of Aᵀm over the odd half: five frequencies to four values.
@inline(__always)
func stridedValues(_ m: Five) -> Four {
  let a = m.1 + m.2
  let b = m.1 - m.2
  return ((m.0 + a) + m.3, b + 0.5 * m.3, a + 0.25 * m.3, (b + m.4) + 0.125 * m.3)
}
