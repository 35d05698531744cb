import Tensors

/// im2col and its transpose for blocks of output rows of one NHWC image.
public enum Patches {
  /// Writes the patches of output rows `rows`: a matrix of (rows · output width) × depth, zeros where the kernel overlaps the padding.
  public static func gather(
    _ g: ConvolutionGeometry,
    rows: Range<Int>,
    _ image: UnsafePointer<Float>,
    into patches: UnsafeMutablePointer<Float>
  ) {
    let channels = g.input.channels
    let run = g.kernel * channels
    var patch = patches
    for oy in rows {
      for ox in 0..<g.output.width {
        let x = ox * g.stride - g.left
        let (left, right) = (max(0, -x), min(g.kernel, g.input.width - x))
        for ky in 0..<g.kernel {
          let y = oy * g.stride + ky - g.top
          if y < 0 || y >= g.input.height || left >= right {
            patch.update(repeating: 0, count: run)
          } else {
            if left > 0 { patch.update(repeating: 0, count: left * channels) }
            (patch + left * channels).update(
              from: image + (y * g.input.width + x + left) * channels,
              count: (right - left) * channels
            )
            if right < g.kernel {
              (patch + right * channels).update(repeating: 0, count: (g.kernel - right) * channels)
            }
          }
          patch += run
        }
      }
    }
  }

  /// Adds a matrix of patch gradients, as `gather` lays it out, back onto the image; what fell on padding is dropped.
  public static func scatter(
    _ g: ConvolutionGeometry,
    rows: Range<Int>,
    _ patches: UnsafePointer<Float>,
    onto image: UnsafeMutablePointer<Float>,
    _ kernels: KernelSet
  ) {
    let channels = g.input.channels
    let run = g.kernel * channels
    var patch = patches
    for oy in rows {
      for ox in 0..<g.output.width {
        let x = ox * g.stride - g.left
        let (left, right) = (max(0, -x), min(g.kernel, g.input.width - x))
        for ky in 0..<g.kernel {
          let y = oy * g.stride + ky - g.top
          if y >= 0 && y < g.input.height && left < right {
            kernels.add(
              (right - left) * channels,
              image + (y * g.input.width + x + left) * channels,
              patch + left * channels
            )
          }
          patch += run
        }
      }
    }
  }
}
