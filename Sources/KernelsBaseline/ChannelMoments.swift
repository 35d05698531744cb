/// Mean and M2 = Σ (x − mean)² of each channel over the pixels of one image.
///
/// fp32 sums about a pivot (the first pixel), sixteen channels at a time in registers; finished in
/// Float64.
func channelMoments(
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
