import CKernels

/// The numbers of a pooling, out of memory while its loops run.
@inline(__always)
private func numbers(_ w: PoolWindows) -> (Int, Int, Int, Int, Int, Int, Int, Int) {
  (w.height, w.width, w.channels, w.window, w.stride, w.padding, w.outHeight, w.outWidth)
}

/// Max pooling of one image; padding never wins, and of equal values the first in row order does.
func maxPool(
  _ windows: PoolWindows,
  _ out: UnsafeMutablePointer<Float>,
  _ x: UnsafePointer<Float>
) {
  let (height, width, channels, window, stride, padding, outHeight, outWidth) = numbers(windows)
  for oy in 0..<outHeight {
    for ox in 0..<outWidth {
      let o = out + (oy &* outWidth &+ ox) &* channels
      for c in 0..<channels { o[c] = -.infinity }
      for ky in max(0, padding &- oy &* stride)..<min(window, height &+ padding &- oy &* stride) {
        for kx in max(0, padding &- ox &* stride)..<min(window, width &+ padding &- ox &* stride) {
          let y = oy &* stride &+ ky &- padding
          let i = x + (y &* width &+ ox &* stride &+ kx &- padding) &* channels
          for c in 0..<channels {
            let (v, best) = (i[c], o[c])
            // NaN must win, or a diverged run would look healthy.
            o[c] = v > best || v != v ? v : best
          }
        }
      }
    }
  }
}

/// Backward of `maxPool`: dy goes to the first element of the window that equals the maximum; added
/// to dx.
func maxPoolBackward(
  _ windows: PoolWindows,
  _ dx: UnsafeMutablePointer<Float>,
  _ dy: UnsafePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ out: UnsafePointer<Float>
) {
  let (height, width, channels, window, stride, padding, outHeight, outWidth) = numbers(windows)
  for oy in 0..<outHeight {
    for ox in 0..<outWidth {
      let at = (oy &* outWidth &+ ox) &* channels
      for c in 0..<channels {
        let best = out[at &+ c]
        var taken = false
        for ky in max(0, padding &- oy &* stride)..<min(window, height &+ padding &- oy &* stride) {
          for kx in max(0, padding &- ox &* stride)..<min(window, width &+ padding &- ox &* stride)
          {
            if taken { continue }
            let y = oy &* stride &+ ky &- padding
            let i = (y &* width &+ ox &* stride &+ kx &- padding) &* channels &+ c
            if x[i] == best {
              dx[i] += dy[at &+ c]
              taken = true
            }
          }
        }
      }
    }
  }
}

/// Average pooling of one image; padding counts as zeros (the divisor is always window²).
func averagePool(
  _ windows: PoolWindows,
  _ out: UnsafeMutablePointer<Float>,
  _ x: UnsafePointer<Float>
) {
  let (height, width, channels, window, stride, padding, outHeight, outWidth) = numbers(windows)
  let factor = 1 / Float(window &* window)
  for oy in 0..<outHeight {
    for ox in 0..<outWidth {
      let o = out + (oy &* outWidth &+ ox) &* channels
      for c in 0..<channels { o[c] = 0 }
      for ky in max(0, padding &- oy &* stride)..<min(window, height &+ padding &- oy &* stride) {
        for kx in max(0, padding &- ox &* stride)..<min(window, width &+ padding &- ox &* stride) {
          let y = oy &* stride &+ ky &- padding
          let i = x + (y &* width &+ ox &* stride &+ kx &- padding) &* channels
          for c in 0..<channels { o[c] += i[c] }
        }
      }
      for c in 0..<channels { o[c] *= factor }
    }
  }
}

/// Backward of `averagePool`; added to dx.
func averagePoolBackward(
  _ windows: PoolWindows,
  _ dx: UnsafeMutablePointer<Float>,
  _ dy: UnsafePointer<Float>
) {
  let (height, width, channels, window, stride, padding, outHeight, outWidth) = numbers(windows)
  let factor = 1 / Float(window &* window)
  for oy in 0..<outHeight {
    for ox in 0..<outWidth {
      let g = dy + (oy &* outWidth &+ ox) &* channels
      for ky in max(0, padding &- oy &* stride)..<min(window, height &+ padding &- oy &* stride) {
        for kx in max(0, padding &- ox &* stride)..<min(window, width &+ padding &- ox &* stride) {
          let y = oy &* stride &+ ky &- padding
          let i = dx + (y &* width &+ ox &* stride &+ kx &- padding) &* channels
          for c in 0..<channels { i[c] += g[c] * factor }
        }
      }
    }
  }
}
