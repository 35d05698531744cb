import Networks
import Tensors

/// The layers with weights as their definitions say, one output at a time.
extension ReferenceTensor {
  /// Zeros before the first of `size` pixels, of which `outputs` are made.
  private func zerosBefore(_ op: Convolution, _ size: Int, _ outputs: Int) -> Int {
    switch op.padding {
    case .zeros(let zeros): zeros
    // From the first pixel that an output reads to the last, less what there is.
    case .same: max(op.kernel + op.stride * (outputs - 1) - size, 0) / 2
    }
  }

  mutating func convolve(_ op: Convolution, _ x: ReferenceTensor, _ w: [Double], _ bias: [Double]?)
  {
    let (inputs, outputs) = (x.shape.channels, op.outputs)
    let top = zerosBefore(op, x.shape.height, shape.height)
    let left = zerosBefore(op, x.shape.width, shape.width)
    for n in 0..<samples {
      for oy in 0..<shape.height {
        for ox in 0..<shape.width {
          for o in 0..<outputs {
            var sum = bias?[o] ?? 0
            for ky in 0..<op.kernel {
              for kx in 0..<op.kernel {
                let (y, column) = (
                  oy * op.stride + ky - top, ox * op.stride + kx - left
                )
                guard x.contains(y, column) else { continue }
                for i in 0..<inputs {
                  sum += x[n, y, column, i] * w[((ky * op.kernel + kx) * inputs + i) * outputs + o]
                }
              }
            }
            self[n, oy, ox, o] = sum
          }
        }
      }
    }
  }

  /// Adds to the gradients of input, weights and bias; `self` is the gradient of the output.
  func convolveBackward(
    _ op: Convolution,
    _ x: ReferenceTensor,
    _ w: [Double],
    dx: inout ReferenceTensor,
    dw: inout [Double],
    db: inout [Double]
  ) {
    let (inputs, outputs) = (x.shape.channels, op.outputs)
    let top = zerosBefore(op, x.shape.height, shape.height)
    let left = zerosBefore(op, x.shape.width, shape.width)
    for n in 0..<samples {
      for oy in 0..<shape.height {
        for ox in 0..<shape.width {
          for o in 0..<outputs {
            let g = self[n, oy, ox, o]
            if !db.isEmpty { db[o] += g }
            for ky in 0..<op.kernel {
              for kx in 0..<op.kernel {
                let (y, column) = (
                  oy * op.stride + ky - top, ox * op.stride + kx - left
                )
                guard x.contains(y, column) else { continue }
                for i in 0..<inputs {
                  let at = ((ky * op.kernel + kx) * inputs + i) * outputs + o
                  dw[at] += g * x[n, y, column, i]
                  dx[n, y, column, i] += g * w[at]
                }
              }
            }
          }
        }
      }
    }
  }

  mutating func multiply(_ x: ReferenceTensor, _ w: [Double], _ bias: [Double]) {
    let (inputs, outputs) = (x.shape.count, shape.channels)
    for n in 0..<samples {
      for o in 0..<outputs {
        var sum = bias[o]
        for i in 0..<inputs { sum += x.values[n * inputs + i] * w[i * outputs + o] }
        values[n * outputs + o] = sum
      }
    }
  }

  func multiplyBackward(
    _ x: ReferenceTensor,
    _ w: [Double],
    dx: inout ReferenceTensor,
    dw: inout [Double],
    db: inout [Double]
  ) {
    let (inputs, outputs) = (x.shape.count, shape.channels)
    for n in 0..<samples {
      for o in 0..<outputs {
        let g = values[n * outputs + o]
        db[o] += g
        for i in 0..<inputs {
          dw[i * outputs + o] += g * x.values[n * inputs + i]
          dx.values[n * inputs + i] += g * w[i * outputs + o]
        }
      }
    }
  }
}
