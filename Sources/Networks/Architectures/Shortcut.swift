import Kernels
import Tensors

/// He et al.'s option A shortcut: every `stride`-th pixel of x, x[::s, ::s], with the missing
/// channels as zeros after the present ones.
package struct Shortcut: Operation, Hashable {
  /// Step between the pixels that are kept.
  package let stride: Int
  /// Output channels, at least the input's.
  package let outputs: Int

  /// A parameter-free shortcut.
  package init(stride: Int, outputs: Int) {
    self.stride = stride
    self.outputs = outputs
  }

  package var kind: String { "shortcut" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    let i = inputs[0]
    precondition(outputs >= i.channels, "a shortcut cannot drop channels")
    return ImageShape(
      height: (i.height + stride - 1) / stride,
      width: (i.width + stride - 1) / stride,
      channels: outputs
    )
  }

  package var backwardReads: (inputs: Bool, output: Bool) { (false, false) }

  package func forward(_ site: Site) -> [Stage] {
    let (i, o, x, y, stride) = (site.inputs[0], site.output, site.x[0].base, site.y, stride)
    return [
      site.images("shortcut.forward") { sample, _ in
        let (image, out) = (x + sample * i.count, y + sample * o.count)
        for row in 0..<o.height {
          for column in 0..<o.width {
            let pixel = out + (row * o.width + column) * o.channels
            pixel.update(
              from: image + (row * i.width + column) * stride * i.channels,
              count: i.channels
            )
            (pixel + i.channels).update(repeating: 0, count: o.channels - i.channels)
          }
        }
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard let dx = site.dx[0] else { return [] }
    let (i, o, dy, stride) = (site.inputs[0], site.output, site.dy, stride)
    let (kernels, accumulates) = (site.kernels, site.accumulates[0])
    return [
      site.images("shortcut.backward") { sample, _ in
        let (image, gradient) = (dx + sample * i.count, dy + sample * o.count)
        if !accumulates { image.update(repeating: 0, count: i.count) }
        for row in 0..<o.height {
          for column in 0..<o.width {
            kernels.add(
              i.channels,
              image + (row * i.width + column) * stride * i.channels,
              gradient + (row * o.width + column) * o.channels
            )
          }
        }
      }
    ]
  }
}
