import CKernels
import CPlatform

/// Transforms the kernels of a block of pairs of channels by `frequencies` in both dimensions,
/// 6·(row's) + (column's).
///
/// `scratch` holds 2848 floats.
@inline(__always)
func transformWeights(
  _ block: WeightBlock,
  _ w: UnsafePointer<Float>,
  _ u: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>,
  _ frequencies: (Three) -> Six
) {
  let (rows, columns, stride, pitch) = (block.rows, block.columns, block.stride, block.pitch)
  let (rowStep, columnStep) = (block.rowStep, block.columnStep)
  let (outer, inner) = (block.outer, block.inner)
  let isTurned = inner != 1
  let turned = scratch + 288
  var i0 = 0
  while i0 < rows {
    let height = min(16, rows &- i0)
    var j = 0
    while j < columns {
      let count = min(16, columns &- j)
      let block = w + i0 &* outer + j &* inner
      if isTurned { turnWeights(height, count, block, rowStep, columnStep, inner, turned) }
      let from = isTurned ? UnsafePointer(turned) : block
      let (down, right, pitchW) = isTurned ? (768, 256, 16) : (rowStep, columnStep, outer)
      for i in 0..<height {
        let g = from + i &* pitchW
        if !isTurned { prefetchWeights(g + 4 &* outer, rowStep, columnStep) }
        for r in 0..<3 {
          store(scratch + r &* 96, 16, frequencies(loadThree(g + r &* down, right, count)))
        }
        for k in 0..<6 {
          let f = frequencies(loadThree(scratch + k &* 16, 96))
          let o = u + k &* stride + (i0 &+ i) &* pitch + j
          let step = 6 &* stride
          for q in 0..<6 { platform_prefetch(o + q &* step + 4 &* pitch) }
          store(o, step, f, count)
        }
      }
      j &+= 16
    }
    i0 &+= 16
  }
}

/// The transpose of `transformWeights` for `n` pairs of channels, by the transpose `weights` of one
/// dimension.
///
/// Frequency f of pair e is u[f·stride + e]; position p = 3·r + s is written at dw[p·pitch + e].
/// `scratch` holds 288 floats.
@inline(__always)
func transformWeightGradient(
  _ n: Int,
  _ u: UnsafePointer<Float>,
  _ stride: Int,
  _ dw: UnsafeMutablePointer<Float>,
  _ pitch: Int,
  _ scratch: UnsafeMutablePointer<Float>,
  _ weights: (Six) -> Three
) {
  var e = 0
  while e < n {
    let count = min(16, n &- e)
    for j in 0..<6 {
      let g = weights(loadSix(u + j &* stride + e, 6 &* stride, count))
      store(scratch + j &* 16, 96, g)
    }
    for r in 0..<3 {
      let g = weights(loadSix(scratch + r &* 96, 16))
      store(dw + 3 &* r &* pitch + e, pitch, g, count)
    }
    e &+= 16
  }
}

/// Writes the nine weights of `rows` × `columns` ≤ 16×16 pairs of channels as [9][i][16 j], zeros
/// behind the last j; `out` holds ten blocks.
///
/// Position (r, s) of pair (i, j) is read at w[r·rowStep + s·columnStep + i + j·inner]. Also asks
/// for the next sixteen columns.
@inline(__always)
private func turnWeights(
  _ rows: Int,
  _ columns: Int,
  _ w: UnsafePointer<Float>,
  _ rowStep: Int,
  _ columnStep: Int,
  _ inner: Int,
  _ out: UnsafeMutablePointer<Float>
) {
  for r in 0..<3 {
    for s in 0..<3 {
      let p = w + r &* rowStep + s &* columnStep
      let to = out + (3 &* r &+ s) &* 256
      for j in 0..<columns {
        platform_prefetch(p + (16 &+ j) &* inner)
        store(to + 16 &* j, load(p + j &* inner, rows))
      }
      for j in columns..<16 { store(to + 16 &* j, .zero) }
      turn(to, out + 9 &* 256)
    }
  }
}

/// Transposes 16×16 floats in place.
///
/// Four times the first eight vectors are shuffled into the last eight; each turns the eight bits
/// of an element's number by one.
@inline(__always)
private func turn(_ p: UnsafeMutablePointer<Float>, _ spare: UnsafeMutablePointer<Float>) {
  var (from, to) = (p, spare)
  for _ in 0..<4 {
    for i in 0..<8 {
      let (a, b) = (load(from + 16 &* i), load(from + 16 &* (i &+ 8)))
      var (low, high) = (a, a)
      (low.evenHalf, low.oddHalf) = (a.lowHalf, b.lowHalf)
      (high.evenHalf, high.oddHalf) = (a.highHalf, b.highHalf)
      store(to + 32 &* i, low)
      store(to + 32 &* i + 16, high)
    }
    (from, to) = (to, from)
  }
}

/// Asks for nine weights of sixteen pairs: as many streams, far apart, are more than the CPU
/// follows by itself.
@inline(__always)
private func prefetchWeights(_ p: UnsafePointer<Float>, _ rowStep: Int, _ columnStep: Int) {
  for r in 0..<3 {
    for s in 0..<3 { platform_prefetch(p + r &* rowStep + s &* columnStep) }
  }
}
