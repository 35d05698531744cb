import Tensors

/// im2col and its transpose for blocks of output rows of one NHWC image.
public enum Patches {
  /// Calls `body` for each row of the kernel over each output pixel of `rows`.
  ///
  /// Of what begins at `run` in the matrix of patches, the kernel's columns `left` ..< `right` lie
  /// inside the image, from `at` on.
  @inline(__always)
  private static func forEachRun(
    _ g: ConvolutionGeometry,
    _ rows: Range<Int>,
    _ body: (_ run: Int, _ left: Int, _ right: Int, _ at: Int) -> Void
  ) {
    let channels = g.input.channels
    var run = 0
    for oy in rows {
      for ox in 0..<g.output.width {
        let x = ox * g.stride - g.left
        let (left, right) = (max(0, -x), min(g.kernel, g.input.width - x))
        for ky in 0..<g.kernel {
          let y = oy * g.stride + ky - g.top
          let isInside = y >= 0 && y < g.input.height && left < right
          body(run, left, isInside ? right : left, (y * g.input.width + x + left) * channels)
          run += g.kernel * channels
        }
      }
    }
  }

  /// Writes the patches of output rows `rows`: a matrix of (rows · output width) × depth, zeros
  /// where the kernel overlaps the padding.
  public static func gather(
    _ g: ConvolutionGeometry,
    rows: Range<Int>,
    _ image: UnsafePointer<Float>,
    into patches: UnsafeMutablePointer<Float>
  ) {
    let (channels, kernel) = (g.input.channels, g.kernel)
    forEachRun(g, rows) { run, left, right, at in
      let patch = patches + run
      if left == right { return patch.update(repeating: 0, count: kernel * channels) }
      if left > 0 { patch.update(repeating: 0, count: left * channels) }
      (patch + left * channels).update(from: image + at, count: (right - left) * channels)
      if right < kernel {
        (patch + right * channels).update(repeating: 0, count: (kernel - right) * channels)
      }
    }
  }

  /// Adds a matrix of patch gradients, as `gather` lays it out, back onto the image; what fell on
  /// padding is dropped.
  public static func scatter(
    _ g: ConvolutionGeometry,
    rows: Range<Int>,
    _ patches: UnsafePointer<Float>,
    onto image: UnsafeMutablePointer<Float>,
    _ kernels: KernelSet
  ) {
    let (channels, add) = (g.input.channels, kernels.add)
    forEachRun(g, rows) { run, left, right, at in
      if left == right { return }
      add((right - left) * channels, image + at, patches + run + left * channels)
    }
  }
}
