import Kernels
import TestSupport

extension KernelCase {
  /// The six transforms for a stride of 2; the pixels make an image up to ten wide.
  static let stridedWinograd: [KernelCase] =
    (0...3).map { input(view: $0, step: 8, before: 1) }
    + [
      input(view: 0, step: 4, before: 0), input(view: 0, step: 4, before: 4),
      output(accumulate: 0), output(accumulate: 1),
      spread(accumulate: 0, before: 0), spread(accumulate: 1, before: 1),
      spread(accumulate: 0, before: 7),
      gradient,
    ]
    + weights(
      "stridedWinograd",
      StridedWinogradMatrices.weights,
      StridedWinogradMatrices.weightGradient
    ) { $0.stridedWinograd }

  private static func input(view: Int, step: Int, before: Int) -> KernelCase {
    KernelCase(
      "stridedWinogradInput, view \(view), step \(step), \(before) before",
      { k, x in
        let (s, scratch) = (
          StridedImage(x, step: step, before: before), GuardedFloats(count: 2016)
        )
        return written(s.values) {
          k.stridedWinograd.input(s.tiles, x.field(0), x.view(view), $0, scratch.base)
        }
      },
      { x in
        let matrix =
          step == 8 ? StridedWinogradMatrices.input : StridedWinogradMatrices.doubledInput
        return StridedImage(x, step: step, before: before).spread(matrix) { at in
          let value = view < 2 ? x.f(0, at) : x.f(0, at) * x.v(0, at) + x.v(1, at)
          return view == 1 || view == 3 ? max(value, 0) : value
        }
      }
    )
  }

  private static func output(accumulate: Int) -> KernelCase {
    KernelCase(
      "stridedWinogradOutput, accumulate \(accumulate)",
      { k, x in
        let (s, scratch) = (StridedImage(x, step: 4, before: 0), GuardedFloats(count: 576))
        let m = (0..<s.values).map { x.field(0)[$0 % x.count] }
        // Pixels that do not fill a row are not the image's.
        return written(x.count, from: x.field(1)) {
          k.stridedWinograd.output(s.tiles, m, $0, accumulate == 1, scratch.base)
        }
      },
      { x in
        StridedImage(x, step: 4, before: 0)
          .gathered(x, StridedWinogradMatrices.output, accumulate)
      }
    )
  }

  private static func spread(accumulate: Int, before: Int) -> KernelCase {
    KernelCase(
      "stridedWinogradSpread, accumulate \(accumulate), \(before) before",
      { k, x in
        let (s, scratch) = (StridedImage(x, step: 8, before: before), GuardedFloats(count: 320))
        let m = (0..<s.values).map { x.field(0)[$0 % x.count] }
        return written(x.count, from: x.field(1)) {
          k.stridedWinograd.inputGradient(s.tiles, m, $0, accumulate == 1, scratch.base)
        }
      },
      { x in
        StridedImage(x, step: 8, before: before)
          .gathered(x, StridedWinogradMatrices.spread, accumulate)
      }
    )
  }

  private static let gradient = KernelCase(
    "stridedWinogradGradient",
    { k, x in
      let (s, scratch) = (StridedImage(x, step: 4, before: 0), GuardedFloats(count: 576))
      return written(s.values) {
        k.stridedWinograd.gradient(s.tiles, x.field(0), $0, scratch.base)
      }
    },
    { x in
      StridedImage(x, step: 4, before: 0).spread(StridedWinogradMatrices.gradient) { x.f(0, $0) }
    }
  )
}

/// The pixels of kernel inputs as an image, and its tiles, of which the first begins `before`
/// pixels outside.
private struct StridedImage {
  let height: Int
  let width: Int
  let channels: Int
  let step: Int
  let before: Int

  init(_ x: KernelInputs, step: Int, before: Int) {
    width = min(x.pixels, 10)
    height = x.pixels / width
    channels = x.channels
    (self.step, self.before) = (step, before)
  }

  var rows: Int { (height + before + step - 1) / step }
  var columns: Int { (width + before + step - 1) / step }
  /// Floats for each of a tile's values, and of all.
  var stride: Int { rows * columns * channels }
  var values: Int { 81 * stride }

  /// All of them, as a kernel takes them.
  var tiles: ImageTiles {
    ImageTiles(
      height: height,
      width: width,
      channels: channels,
      first: 0,
      end: rows,
      columns: columns,
      step: step,
      before: before,
      number: 0,
      stride: stride
    )
  }

  /// Where value (i, j) of the tile of element e lies, by the table of `stridedWinogradInput`.
  private func place(_ e: Int, _ i: Int, _ j: Int) -> Int {
    let (tile, c) = e.quotientAndRemainder(dividingBy: channels)
    if i < 4 && j < 4 { return (16 * tile + 4 * i + j) * channels + c }
    if i < 4 { return (16 + 4 * (j - 4)) * stride + (4 * tile + i) * channels + c }
    if j < 4 { return (36 + 4 * (i - 4)) * stride + (4 * tile + j) * channels + c }
    return (56 + 5 * (i - 4) + j - 4) * stride + e
  }

  /// Where pixel (y, x) of the tile of element e lies in the image, if it does.
  private func pixel(_ e: Int, _ y: Int, _ x: Int) -> Int? {
    let (tile, c) = e.quotientAndRemainder(dividingBy: channels)
    let row = tile / columns * step - before + y
    let column = tile % columns * step - before + x
    guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
    return (row * width + column) * channels + c
  }

  /// M d Mᵀ of all tiles as they lie; zeros outside the image.
  func spread(_ m: [[Double]], _ value: (Int) -> Double) -> [Double] {
    var all = Array(repeating: Double.nan, count: values)
    for e in 0..<stride {
      let tile = WinogradMatrices.apply(m) { y, x in pixel(e, y, x).map(value) ?? 0 }
      for (f, v) in tile.enumerated() { all[place(e, f / 9, f % 9)] = v }
    }
    return all
  }

  /// The image that M v Mᵀ of all tiles gives, v being field 0 over and over; added to field 1 or
  /// in its place.
  func gathered(_ x: KernelInputs, _ m: [[Double]], _ accumulate: Int) -> [Double] {
    var image = (0..<x.count).map { x.f(1, $0) }
    for e in 0..<stride {
      let tile = WinogradMatrices.apply(m) { i, j in x.f(0, place(e, i, j) % x.count) }
      for (i, value) in tile.enumerated() {
        guard let at = pixel(e, i / m.count, i % m.count) else { continue }
        image[at] = value + Double(accumulate) * image[at]
      }
    }
    return image
  }
}
