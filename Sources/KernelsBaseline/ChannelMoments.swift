/// Mean and M2 = Σ (x − mean)² of each channel over the pixels of one image.
///
/// fp32 sums about a pivot (the first pixel), sixteen channels at a time in registers; finished in Float64.
public func channelMoments(
  _ pixels: Int,
  _ channels: Int,
  _ x: UnsafePointer<Float>,
  _ mean: UnsafeMutablePointer<Double>,
  _ m2: UnsafeMutablePointer<Double>
) {
  let n = Double(pixels)
  let raw = UnsafeRawPointer(x)
  let row = channels &* 4
  var c = 0
  while c &+ 16 <= channels {
    let column = raw + c &* 4
    let pivot = column.loadUnaligned(as: SIMD16<Float>.self)
    var sum = SIMD16<Float>.zero
    var squares = SIMD16<Float>.zero
    for p in 0..<pixels {
      let d = column.loadUnaligned(fromByteOffset: p &* row, as: SIMD16<Float>.self) - pivot
      sum += d
      squares += d * d
    }
    for j in 0..<16 {
      let s = Double(sum[j])
      mean[c &+ j] = Double(pivot[j]) + s / n
      m2[c &+ j] = max(0, Double(squares[j]) - s * s / n)
    }
    c &+= 16
  }
  while c < channels {
    let pivot = x[c]
    var sum: Float = 0
    var squares: Float = 0
    for p in 0..<pixels {
      let d = x[p &* channels &+ c] - pivot
      sum += d
      squares += d * d
    }
    let s = Double(sum)
    mean[c] = Double(pivot) + s / n
    m2[c] = max(0, Double(squares) - s * s / n)
    c &+= 1
  }
}

/// The two sums of BatchNorm's backward over the pixels of one image: Σ dy and Σ dy·(x − center), for each channel.
public func channelGradientSums(
  _ pixels: Int,
  _ channels: Int,
  _ dy: UnsafePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ center: UnsafePointer<Float>,
  _ plain: UnsafeMutablePointer<Double>,
  _ weighted: UnsafeMutablePointer<Double>
) {
  let rawX = UnsafeRawPointer(x)
  let rawD = UnsafeRawPointer(dy)
  let row = channels &* 4
  var c = 0
  while c &+ 16 <= channels {
    let middle = UnsafeRawPointer(center + c).loadUnaligned(as: SIMD16<Float>.self)
    var sum = SIMD16<Float>.zero
    var products = SIMD16<Float>.zero
    for p in 0..<pixels {
      let offset = p &* row &+ c &* 4
      let d = rawD.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
      let v = rawX.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
      sum += d
      products += d * (v - middle)
    }
    for j in 0..<16 {
      plain[c &+ j] = Double(sum[j])
      weighted[c &+ j] = Double(products[j])
    }
    c &+= 16
  }
  while c < channels {
    var sum: Float = 0
    var products: Float = 0
    for p in 0..<pixels {
      let d = dy[p &* channels &+ c]
      sum += d
      products += d * (x[p &* channels &+ c] - center[c])
    }
    plain[c] = Double(sum)
    weighted[c] = Double(products)
    c &+= 1
  }
}

/// dx[p, c] = a[c]·dy + b[c]·(x − center[c]) + d[c], BatchNorm's backward once its sums are known.
///
/// Added to dx when `accumulate` is 1.
public func normalizeBackward(
  _ pixels: Int,
  _ channels: Int,
  _ dx: UnsafeMutablePointer<Float>,
  _ dy: UnsafePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ a: UnsafePointer<Float>,
  _ b: UnsafePointer<Float>,
  _ center: UnsafePointer<Float>,
  _ d: UnsafePointer<Float>,
  _ accumulate: Int
) {
  for p in 0..<pixels {
    let (o, g, i) = (dx + p &* channels, dy + p &* channels, x + p &* channels)
    if accumulate == 0 {
      for c in 0..<channels { o[c] = a[c] * g[c] + (b[c] * (i[c] - center[c]) + d[c]) }
    } else {
      for c in 0..<channels { o[c] += a[c] * g[c] + (b[c] * (i[c] - center[c]) + d[c]) }
    }
  }
}
