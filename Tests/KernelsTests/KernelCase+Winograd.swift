import Kernels
import TestSupport

extension KernelCase {
  /// The five transforms; the pixels make an image up to six wide.
  static let winograd: [KernelCase] =
    [input(view: 0), input(view: 1), input(view: 2), input(view: 3)]
    + [output(accumulate: 0), output(accumulate: 1), gradient]
    + weights("winograd", WinogradMatrices.weights, WinogradMatrices.weightGradient) { $0.winograd }

  private static func input(view: Int) -> KernelCase {
    KernelCase(
      "winogradInput, view \(view)",
      { k, x in
        let s = TiledImage(x)
        let scratch = GuardedFloats(count: 592 + 6 * (4 * ((s.width + 3) / 4) + 2) * x.channels)
        return written(s.frequencies) {
          k.winograd.input(s.tiles(before: 1), x.field(0), x.view(view), $0, scratch.base)
        }
      },
      { x in
        TiledImage(x).spread(WinogradMatrices.input, border: 1) { at in
          let value = view < 2 ? x.f(0, at) : x.f(0, at) * x.v(0, at) + x.v(1, at)
          return view == 1 || view == 3 ? max(value, 0) : value
        }
      }
    )
  }

  private static func output(accumulate: Int) -> KernelCase {
    KernelCase(
      "winogradOutput, accumulate \(accumulate)",
      { k, x in
        let (s, scratch) = (TiledImage(x), GuardedFloats(count: 384))
        let m = (0..<s.frequencies).map { x.field(0)[$0 % x.count] }
        // Pixels that do not fill a row are not the image's.
        return written(x.count, from: x.field(1)) {
          k.winograd.output(s.tiles(before: 0), m, $0, accumulate == 1, scratch.base)
        }
      },
      { x in
        let s = TiledImage(x)
        var image = (0..<x.count).map { x.f(1, $0) }
        for e in 0..<s.stride {
          let tile = WinogradMatrices.apply(WinogradMatrices.output) { i, j in
            x.f(0, ((6 * i + j) * s.stride + e) % x.count)
          }
          for (i, value) in tile.enumerated() {
            guard let at = s.pixel(e, i / 4, i % 4) else { continue }
            image[at] = value + Double(accumulate) * image[at]
          }
        }
        return image
      }
    )
  }

  private static let gradient = KernelCase(
    "winogradGradient",
    { k, x in
      let (s, scratch) = (TiledImage(x), GuardedFloats(count: 384))
      return written(s.frequencies) {
        k.winograd.gradient(s.tiles(before: 0), x.field(0), $0, scratch.base)
      }
    },
    { x in TiledImage(x).spread(WinogradMatrices.gradient, border: 0) { x.f(0, $0) } }
  )
}

/// The pixels of kernel inputs as an image, and its tiles of 4×4.
private struct TiledImage {
  let height: Int
  let width: Int
  let channels: Int

  init(_ x: KernelInputs) {
    width = min(x.pixels, 6)
    height = x.pixels / width
    channels = x.channels
  }

  var rows: Int { (height + 3) / 4 }
  var columns: Int { (width + 3) / 4 }
  /// Floats from one frequency to the next, and of all.
  var stride: Int { rows * columns * channels }
  var frequencies: Int { 36 * stride }

  /// All of them, as a kernel takes them.
  func tiles(before: Int) -> ImageTiles {
    ImageTiles(
      height: height,
      width: width,
      channels: channels,
      first: 0,
      end: rows,
      columns: columns,
      step: 4,
      before: before,
      number: 0,
      stride: stride
    )
  }

  /// Where pixel (y, x) of the tile of element e lies in the image, if it does.
  func pixel(_ e: Int, _ y: Int, _ x: Int) -> Int? {
    let (tile, c) = e.quotientAndRemainder(dividingBy: channels)
    let (row, column) = (tile / columns * 4 + y, tile % columns * 4 + x)
    guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
    return (row * width + column) * channels + c
  }

  /// The frequencies of all tiles, which overlap their neighbours by `border`; zeros outside the
  /// image.
  func spread(_ m: [[Double]], border: Int, _ value: (Int) -> Double) -> [Double] {
    byFrequency(36, stride) { e in
      WinogradMatrices.apply(m) { y, x in pixel(e, y - border, x - border).map(value) ?? 0 }
    }
  }
}
