import Kernels
import Tensors

/// The three computations with one set of weights.
public enum ConvolutionPass: String, Sendable, CaseIterable {
  /// y from x and w.
  case forward
  /// dx from dy and w.
  case backwardData
  /// dw from x and dy.
  case weightGradient
}

/// Operands of a convolution, normally distributed, and what each pass should give, as its
/// definition says in Float64.
///
/// Whoever reads images reads them through a view: of x, or in backward-data of dy.
public struct ConvolutionProblem: Sendable {
  /// The sizes of an image.
  public let geometry: ConvolutionGeometry
  /// How many images there are.
  public let images: Int
  /// How they are read.
  public let view: ChannelView.Kind
  /// The inputs, of deviation 1.
  let x: [Float]
  /// The weights, of the deviation that He and others (2015) give, by fan-out.
  let w: [Float]
  /// The gradients of the outputs, of deviation 1.
  let dy: [Float]
  /// For image n, scales from n · `viewPitch`; NaN where the view must not read them.
  let scale: [Float]
  /// Shifts, as the scales lie.
  let shift: [Float]

  /// Random operands, always the same.
  public init(_ g: ConvolutionGeometry, images: Int, view: ChannelView.Kind = .plain) {
    (geometry, self.images, self.view) = (g, images, view)
    let (inputs, outputs) = (g.input.channels, g.output.channels)
    let area = Double(g.kernel * g.kernel)
    x = Self.normal(1, images * g.input.count)
    w = Self.normal(2, g.depth * outputs, deviation: (2 / (area * Double(outputs))).squareRoot())
    dy = Self.normal(3, images * g.output.count)
    let reads = view == .normalized || view == .normalizedAndRectified
    let count = images * max(inputs, outputs)
    scale = reads ? Self.normal(4, count) : Array(repeating: .nan, count: count)
    shift = reads ? Self.normal(5, count) : Array(repeating: .nan, count: count)
  }

  private static func normal(_ seed: UInt64, _ count: Int, deviation: Double = 1) -> [Float] {
    var draws = RandomDraws(seed: seed, purpose: .syntheticImages, step: count)
    return (0..<count).map { _ in Float(deviation * draws.normalPair().0) }
  }

  /// Floats from one image's scales to the next one's.
  var viewPitch: Int { max(geometry.input.channels, geometry.output.channels) }

  /// Floats that a pass writes.
  public func count(_ pass: ConvolutionPass) -> Int {
    switch pass {
    case .forward: images * geometry.output.count
    case .backwardData: images * geometry.input.count
    case .weightGradient: w.count
    }
  }

  /// What is there before an accumulating pass.
  public func start(_ pass: ConvolutionPass) -> [Float] { Self.normal(6, count(pass)) }

  /// Evenly spread results of a pass that cost about `products` multiply-adds to compute; all, if
  /// that is enough.
  public func sample(_ pass: ConvolutionPass, products: Int) -> [Int] {
    let taps = geometry.kernel * geometry.kernel
    let each =
      switch pass {
      case .forward: taps * geometry.input.channels
      case .backwardData: taps * geometry.output.channels
      case .weightGradient: images * geometry.output.pixels
      }
    let step = count(pass) * each / products
    // Odd, so that it passes through all channels.
    return stride(from: 0, to: count(pass), by: step < 1 ? 1 : step | 1).map { $0 }
  }

  /// The results at these places, without what was there before.
  public func exact(_ pass: ConvolutionPass, at places: [Int]) -> [Double] {
    let weights = w.map { Double($0) }
    switch pass {
    case .forward:
      let values = seen(x, geometry.input)
      return places.map { output($0, values, weights) }
    case .backwardData:
      let values = seen(dy, geometry.output)
      return places.map { inputGradient($0, values, weights) }
    case .weightGradient:
      let (values, gradients) = (seen(x, geometry.input), dy.map { Double($0) })
      return places.map { weightGradient($0, values, gradients) }
    }
  }

  private func seen(_ values: [Float], _ shape: ImageShape) -> [Double] {
    values.indices.map { i in
      let at = i / shape.count * viewPitch + i % shape.channels
      let v = Double(values[i])
      switch view {
      case .plain: return v
      case .rectified: return max(v, 0)
      case .normalized: return v * Double(scale[at]) + Double(shift[at])
      case .normalizedAndRectified: return max(v * Double(scale[at]) + Double(shift[at]), 0)
      }
    }
  }
}

extension ConvolutionProblem {
  /// [image][row][column][channel] of a place in images of a shape.
  private func split(_ place: Int, _ s: ImageShape) -> (n: Int, y: Int, x: Int, c: Int) {
    let pixel = place / s.channels
    return (pixel / s.pixels, pixel % s.pixels / s.width, pixel % s.width, place % s.channels)
  }

  private func output(_ place: Int, _ x: [Double], _ w: [Double]) -> Double {
    let (g, at) = (geometry, split(place, geometry.output))
    let (inputs, outputs) = (g.input.channels, g.output.channels)
    var sum = 0.0
    for r in 0..<g.kernel {
      for s in 0..<g.kernel {
        let (row, column) = (g.stride * at.y + r - g.top, g.stride * at.x + s - g.left)
        if row < 0 || row >= g.input.height || column < 0 || column >= g.input.width { continue }
        let pixel = ((at.n * g.input.height + row) * g.input.width + column) * inputs
        let tap = (r * g.kernel + s) * inputs * outputs + at.c
        for c in 0..<inputs { sum += x[pixel + c] * w[tap + c * outputs] }
      }
    }
    return sum
  }

  private func inputGradient(_ place: Int, _ dy: [Double], _ w: [Double]) -> Double {
    let (g, at) = (geometry, split(place, geometry.input))
    let (inputs, outputs) = (g.input.channels, g.output.channels)
    var sum = 0.0
    for r in 0..<g.kernel {
      for s in 0..<g.kernel {
        // The output pixels that read this pixel at (r, s).
        let (row, down) = (at.y + g.top - r).quotientAndRemainder(dividingBy: g.stride)
        let (column, right) = (at.x + g.left - s).quotientAndRemainder(dividingBy: g.stride)
        if down != 0 || right != 0 { continue }
        if row < 0 || row >= g.output.height || column < 0 || column >= g.output.width { continue }
        let pixel = ((at.n * g.output.height + row) * g.output.width + column) * outputs
        let tap = ((r * g.kernel + s) * inputs + at.c) * outputs
        for k in 0..<outputs { sum += dy[pixel + k] * w[tap + k] }
      }
    }
    return sum
  }

  private func weightGradient(_ place: Int, _ x: [Double], _ dy: [Double]) -> Double {
    let g = geometry
    let (inputs, outputs) = (g.input.channels, g.output.channels)
    let (pair, k) = place.quotientAndRemainder(dividingBy: outputs)
    let (tap, c) = pair.quotientAndRemainder(dividingBy: inputs)
    let (r, s) = tap.quotientAndRemainder(dividingBy: g.kernel)
    var sum = 0.0
    for n in 0..<images {
      for oy in 0..<g.output.height {
        let row = g.stride * oy + r - g.top
        if row < 0 || row >= g.input.height { continue }
        for ox in 0..<g.output.width {
          let column = g.stride * ox + s - g.left
          if column < 0 || column >= g.input.width { continue }
          let from = ((n * g.input.height + row) * g.input.width + column) * inputs + c
          sum += x[from] * dy[((n * g.output.height + oy) * g.output.width + ox) * outputs + k]
        }
      }
    }
    return sum
  }
}
