import Networks
import Tensors

/// Pooling, shortcut and activations as their definitions say.
extension ReferenceTensor {
  /// The pixels of a window that lie in `x`, in row order.
  private func window(_ op: Pooling, _ x: ReferenceTensor, _ oy: Int, _ ox: Int) -> [(Int, Int)] {
    (0..<op.window * op.window).map {
      (oy * op.stride - op.padding + $0 / op.window, ox * op.stride - op.padding + $0 % op.window)
    }.filter { x.contains($0.0, $0.1) }
  }

  mutating func pool(_ op: Pooling, _ x: ReferenceTensor) {
    forEachPixel { n, oy, ox in
      let pixels = window(op, x, oy, ox)
      for c in 0..<shape.channels {
        let inside = pixels.map { x[n, $0.0, $0.1, c] }
        self[n, oy, ox, c] =
          op.rule == .max
          ? inside.max() ?? 0 : inside.reduce(0, +) / Double(op.window * op.window)
      }
    }
  }

  func poolBackward(_ op: Pooling, _ x: ReferenceTensor, dx: inout ReferenceTensor) {
    forEachPixel { n, oy, ox in
      let pixels = window(op, x, oy, ox)
      for c in 0..<shape.channels {
        let g = self[n, oy, ox, c]
        if op.rule == .average {
          for (y, column) in pixels { dx[n, y, column, c] += g / Double(op.window * op.window) }
        } else {
          let top = pixels.map { x[n, $0.0, $0.1, c] }.max() ?? 0
          // The first in row order.
          if let (y, column) = pixels.first(where: { x[n, $0.0, $0.1, c] == top }) {
            dx[n, y, column, c] += g
          }
        }
      }
    }
  }

  mutating func averageAll(_ x: ReferenceTensor) {
    x.forEachPixel { n, y, column in
      for c in 0..<shape.channels {
        self[n, 0, 0, c] += x[n, y, column, c] / Double(x.shape.pixels)
      }
    }
  }

  func averageAllBackward(dx: inout ReferenceTensor) {
    let gradient = dx
    gradient.forEachPixel { n, y, column in
      for c in 0..<shape.channels {
        dx[n, y, column, c] += self[n, 0, 0, c] / Double(gradient.shape.pixels)
      }
    }
  }

  mutating func shorten(_ op: Shortcut, _ x: ReferenceTensor) {
    forEachPixel { n, y, column in
      for c in 0..<x.shape.channels {
        self[n, y, column, c] = x[n, y * op.stride, column * op.stride, c]
      }
    }
  }

  func shortenBackward(_ op: Shortcut, dx: inout ReferenceTensor) {
    forEachPixel { n, y, column in
      for c in 0..<dx.shape.channels {
        dx[n, y * op.stride, column * op.stride, c] += self[n, y, column, c]
      }
    }
  }
}
