import Kernels
import Tensors

/// Adds values of one shape that may be seen through views, one image at a time.
struct Join {
  private let shape: ImageShape
  private let kernels: KernelSet

  init(_ site: Site) { (shape, kernels) = (site.output, site.kernels) }

  /// A sample of `x` as stored values: itself, or what its view shows, written to the sample's
  /// place in `y`.
  func plain(_ x: InputView, _ sample: Int, into y: Floats) -> UnsafePointer<Float> {
    let at = sample * shape.count
    return x.seen(x.base + at, of: sample, shape, kernels, copy: y + at)
  }

  /// y = a + factor · x, or max(a + factor · x, 0), for one sample, of which `a` is the image.
  func add(
    _ a: UnsafePointer<Float>,
    _ factor: Float,
    _ x: InputView,
    _ sample: Int,
    into y: Floats,
    isRectified: Bool = false
  ) {
    let at = sample * shape.count
    let b = ScaledView(x: x.base + at, factor: factor, view: x.of(sample))
    kernels.addView(shape.pixels, shape.channels, y + at, a, b, isRectified)
  }
}
