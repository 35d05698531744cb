import Kernels
import Tensors

/// Every `stride`-th pixel of an image moved right and down: y[i, j] = x[i·stride − shift, j·stride
/// − shift], zero outside.
///
/// With shift 1 it is what the second path of a Shake-Shake projection sees (Gastaldi 2017,
/// SpatialZeroPadding(1, −1, 1, −1)).
package struct Subsample: Operation, Hashable {
  /// Step between the pixels that are kept.
  package let stride: Int
  /// Pixels by which the image is moved, zeros coming in at the top and on the left.
  package let shift: Int

  /// A choice of pixels.
  package init(stride: Int, shift: Int = 0) {
    self.stride = stride
    self.shift = shift
  }

  package var kind: String { "subsample" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    precondition(stride > 0 && shift >= 0, "an image is moved right and down only")
    let i = inputs[0]
    return ImageShape(
      height: (i.height + stride - 1) / stride,
      width: (i.width + stride - 1) / stride,
      channels: i.channels
    )
  }

  package var backwardReads: (inputs: Bool, output: Bool) { (false, false) }

  package var readsViews: Bool { true }

  /// The offset of the input pixel that an output pixel takes, nil where there is none.
  private func source(_ row: Int, _ column: Int, in i: ImageShape) -> Int? {
    let (y, x) = (row * stride - shift, column * stride - shift)
    return y >= 0 && x >= 0 ? (y * i.width + x) * i.channels : nil
  }

  package func forward(_ site: Site) -> [Stage] {
    let (i, o, x, y) = (site.inputs[0], site.output, site.x[0], site.y)
    let kernels = site.kernels
    return [
      site.images("subsample.forward") { sample, _ in
        let (image, out) = (x.base + sample * i.count, y + sample * o.count)
        let seen = x.of(sample)
        for row in 0..<o.height {
          for column in 0..<o.width {
            let pixel = out + (row * o.width + column) * o.channels
            if let at = source(row, column, in: i) {
              kernels.applyView(1, o.channels, pixel, image + at, seen)
            } else {
              pixel.update(repeating: 0, count: o.channels)
            }
          }
        }
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard let dx = site.dx[0] else { return [] }
    let (i, o, dy) = (site.inputs[0], site.output, site.dy)
    let (kernels, accumulates) = (site.kernels, site.accumulates[0])
    return [
      site.images("subsample.backward") { sample, _ in
        let (image, gradient) = (dx + sample * i.count, dy + sample * o.count)
        if !accumulates { image.update(repeating: 0, count: i.count) }
        for row in 0..<o.height {
          for column in 0..<o.width {
            guard let at = source(row, column, in: i) else { continue }
            kernels.add(o.channels, image + at, gradient + (row * o.width + column) * o.channels)
          }
        }
      }
    ]
  }
}
