import Tensors

/// Samples of one shape in Float64, [sample][row][column][channel].
struct ReferenceTensor {
  let samples: Int
  let shape: ImageShape
  var values: [Double]

  init(samples: Int, shape: ImageShape, values: [Double]? = nil) {
    self.samples = samples
    self.shape = shape
    self.values = values ?? Array(repeating: 0, count: samples * shape.count)
    precondition(self.values.count == samples * shape.count, "\(samples) samples of \(shape)")
  }

  /// Zeros of the same sizes.
  var zeros: ReferenceTensor { ReferenceTensor(samples: samples, shape: shape) }

  subscript(n: Int, y: Int, x: Int, c: Int) -> Double {
    get { values[((n * shape.height + y) * shape.width + x) * shape.channels + c] }
    set { values[((n * shape.height + y) * shape.width + x) * shape.channels + c] = newValue }
  }

  func contains(_ y: Int, _ x: Int) -> Bool {
    y >= 0 && y < shape.height && x >= 0 && x < shape.width
  }

  /// Calls `body` for every sample and pixel.
  func forEachPixel(_ body: (_ n: Int, _ y: Int, _ x: Int) -> Void) {
    for n in 0..<samples {
      for y in 0..<shape.height {
        for x in 0..<shape.width { body(n, y, x) }
      }
    }
  }
}
