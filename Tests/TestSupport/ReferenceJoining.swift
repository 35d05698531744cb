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

  /// Shortcut + α·a + (1 − α)·b, α by sample.
  mutating func mix(_ x: [ReferenceTensor], _ alpha: [Double]) {
    for i in values.indices {
      let part = alpha[i / shape.count]
      values[i] = x[0].values[i] + part * x[1].values[i] + (1 - part) * x[2].values[i]
    }
  }

  func mixBackward(_ input: Int, _ beta: [Double], dx: inout ReferenceTensor) {
    for i in values.indices {
      let part = beta[i / shape.count]
      dx.values[i] += [1, part, 1 - part][input] * values[i]
    }
  }
}
