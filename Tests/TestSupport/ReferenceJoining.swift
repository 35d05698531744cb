import Networks
import Tensors

/// Subsampling, concatenation and Shake-Shake's mixture as their definitions say.
extension ReferenceTensor {
  /// y[i, j] = x[i·s − shift, j·s − shift], zero outside.
  mutating func subsample(_ op: Subsample, _ x: ReferenceTensor) {
    forEachPixel { n, i, j in
      let (y, column) = (i * op.stride - op.shift, j * op.stride - op.shift)
      guard x.contains(y, column) else { return }
      for c in 0..<shape.channels { self[n, i, j, c] = x[n, y, column, c] }
    }
  }

  func subsampleBackward(_ op: Subsample, dx: inout ReferenceTensor) {
    forEachPixel { n, i, j in
      let (y, column) = (i * op.stride - op.shift, j * op.stride - op.shift)
      guard dx.contains(y, column) else { return }
      for c in 0..<shape.channels { dx[n, y, column, c] += self[n, i, j, c] }
    }
  }

  mutating func concatenate(_ a: ReferenceTensor, _ b: ReferenceTensor) {
    let first = a.shape.channels
    forEachPixel { n, y, x in
      for c in 0..<shape.channels {
        self[n, y, x, c] = c < first ? a[n, y, x, c] : b[n, y, x, c - first]
      }
    }
  }

  func concatenateBackward(_ input: Int, dx: inout ReferenceTensor) {
    let before = input == 0 ? 0 : shape.channels - dx.shape.channels
    forEachPixel { n, y, x in
      for c in 0..<dx.shape.channels { dx[n, y, x, c] += self[n, y, x, before + c] }
    }
  }

  /// With α = ½.
  mutating func mix(_ shortcut: ReferenceTensor, _ a: ReferenceTensor, _ b: ReferenceTensor) {
    for i in values.indices {
      values[i] = shortcut.values[i] + (a.values[i] + b.values[i]) / 2
    }
  }

  func mixBackward(_ input: Int, dx: inout ReferenceTensor) {
    for i in values.indices { dx.values[i] += input == 0 ? values[i] : values[i] / 2 }
  }
}
