import Tensors

/// One built-in image before it has pixels: where its figure stands, its colours, light and noise.
///
/// Everything is drawn from the stream it is given, in the order of the statements, with additions,
/// multiplications, divisions and square roots alone, so that every machine draws the same bits.
struct SyntheticScene {
  private let figure: SyntheticFigure
  private let centre: SIMD2<Float>
  private let radius: Float
  private let line: Float
  private let period: Float
  private let sine: Float
  private let cosine: Float
  private let ground: SIMD4<Float>
  private let step: SIMD4<Float>
  private let lightX: SIMD4<Float>
  private let lightY: SIMD4<Float>
  private let noise: Float
  private let noiseSeed: UInt32

  /// The scene of one image that shows `figure`.
  init(figure: SyntheticFigure, draws: inout RandomDraws) {
    func draw(_ low: Float, _ high: Float) -> Float {
      low + (high - low) * Float(draws.next() >> 8) * 0x1p-24
    }
    self.figure = figure
    centre = SIMD2(draw(11, 20), draw(11, 20))
    radius = draw(7, 12)
    line = draw(1, 2)
    period = draw(5, 10)
    // Within 12 degrees, which keeps a plus apart from a saltire and the two kinds of stripes
    // apart.
    let turn = Double(draw(-0.066, 0.066))
    sine = Float(Elementary.sinPi(turn))
    cosine = Float(Elementary.cosPi(turn))
    // As in photographs the thing is more often lighter than what is behind it, but not always.
    let lighter = draw(0, 1) < 0.75
    let contrast = draw(35, 110)
    let tint = SIMD4(draw(0.2, 1), draw(0.2, 1), draw(0.2, 1), 0)
    step = tint * (lighter ? contrast : -contrast)
    let base = SIMD4(draw(20, 140), draw(20, 140), draw(20, 140), 0)
    ground = lighter ? base : 255 - base
    lightX = SIMD4(draw(-1.5, 1.5), draw(-1.5, 1.5), draw(-1.5, 1.5), 0)
    lightY = SIMD4(draw(-1.5, 1.5), draw(-1.5, 1.5), draw(-1.5, 1.5), 0)
    noise = draw(8, 50)
    noiseSeed = draws.next() | 1
  }

  /// Writes size × size RGB pixels.
  func paint(size: Int, into pixels: UnsafeMutablePointer<UInt8>) {
    var state = noiseSeed
    var out = pixels
    let middle = Float(size - 1) / 2
    let white = SIMD4<Float>(repeating: 255)
    for row in 0..<size {
      let y = Float(row)
      let atRow = ground + lightY * (y - middle)
      for column in 0..<size {
        let x = Float(column)
        let color = atRow + lightX * (x - middle) + step * coverage(x, y)
        // Marsaglia's xorshift, 2003: three of its bytes are the noise of one pixel.
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        let bytes = SIMD4<UInt8>(truncatingIfNeeded: SIMD4(state, state >> 8, state >> 16, 0))
        let grain = (SIMD4<Float>(bytes) - 127.5) * (noise / 127.5)
        let value = (color + grain + 0.5).clamped(lowerBound: .zero, upperBound: white)
        out[0] = UInt8(value.x)
        out[1] = UInt8(value.y)
        out[2] = UInt8(value.z)
        out += 3
      }
    }
  }

  /// How much of the pixel at (x, y) the figure covers, 0…1, with an edge one pixel soft.
  @inline(__always)
  private func coverage(_ x: Float, _ y: Float) -> Float {
    let (dx, dy) = (x - centre.x, y - centre.y)
    let u = dx * cosine + dy * sine
    let v = dy * cosine - dx * sine
    let distance = figure.distance(u, v, radius: radius, line: line, period: period)
    return min(max(0.5 - distance, 0), 1)
  }
}
