import CKernels

/// Calls `each` for every output pixel of one image, with where its channels begin and where the
/// pixel of the image at its window's corner is.
@inline(__always)
private func forEachWindow(_ p: PoolWindows, _ each: (_ out: Int, _ y: Int, _ x: Int) -> Void) {
  for oy in 0..<p.outHeight {
    for ox in 0..<p.outWidth {
      let out = (oy &* p.outWidth &+ ox) &* p.channels
      each(out, oy &* p.stride &- p.padding, ox &* p.stride &- p.padding)
    }
  }
}

/// Calls `each` with where the channels of every pixel inside the image begin, row by row, for the
/// window whose corner is (y, x).
@inline(__always)
private func forEachPixel(_ p: PoolWindows, _ y: Int, _ x: Int, _ each: (_ at: Int) -> Void) {
  for row in max(0, y)..<min(p.height, y &+ p.window) {
    for column in max(0, x)..<min(p.width, x &+ p.window) {
      each((row &* p.width &+ column) &* p.channels)
    }
  }
}

/// Max pooling of one image; padding never wins, and of equal values the first in row order does.
func maxPool(_ p: PoolWindows, _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>) {
  let channels = p.channels
  forEachWindow(p) { at, row, column in
    let o = out + at
    for c in 0..<channels { o[c] = -.infinity }
    forEachPixel(p, row, column) { pixel in
      let i = x + pixel
      for c in 0..<channels {
        let (v, best) = (i[c], o[c])
        // NaN must win, or a diverged run would look healthy.
        o[c] = v > best || v != v ? v : best
      }
    }
  }
}

/// Backward of `maxPool`: dy goes to the first element of the window that equals the maximum; added
/// to dx.
func maxPoolBackward(
  _ p: PoolWindows,
  _ dx: UnsafeMutablePointer<Float>,
  _ dy: UnsafePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ out: UnsafePointer<Float>
) {
  forEachWindow(p) { at, row, column in
    for c in 0..<p.channels {
      let best = out[at &+ c]
      var taken = false
      forEachPixel(p, row, column) { pixel in
        if taken || x[pixel &+ c] != best { return }
        dx[pixel &+ c] += dy[at &+ c]
        taken = true
      }
    }
  }
}

/// Average pooling of one image; padding counts as zeros (the divisor is always window²).
func averagePool(_ p: PoolWindows, _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>) {
  let (channels, factor) = (p.channels, 1 / Float(p.window &* p.window))
  forEachWindow(p) { at, row, column in
    let o = out + at
    for c in 0..<channels { o[c] = 0 }
    forEachPixel(p, row, column) { pixel in
      let i = x + pixel
      for c in 0..<channels { o[c] += i[c] }
    }
    for c in 0..<channels { o[c] *= factor }
  }
}

/// Backward of `averagePool`; added to dx.
func averagePoolBackward(
  _ p: PoolWindows,
  _ dx: UnsafeMutablePointer<Float>,
  _ dy: UnsafePointer<Float>
) {
  let (channels, factor) = (p.channels, 1 / Float(p.window &* p.window))
  forEachWindow(p) { at, row, column in
    let g = dy + at
    forEachPixel(p, row, column) { pixel in
      let i = dx + pixel
      for c in 0..<channels { i[c] += g[c] * factor }
    }
  }
}
