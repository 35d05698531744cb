import Kernels
import Tensors
import TestSupport
import Testing

/// Winograd's three passes on every level against their definition, over sizes of every kind.
struct WinogradTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    let height: Int
    let width: Int
    let inputs: Int
    let outputs: Int
    let padding: Padding
    let images: Int
    let stride: Int

    init(_ h: Int, _ w: Int, _ c: Int, _ k: Int, _ padding: Padding, _ images: Int, stride: Int = 1)
    {
      (height, width, inputs, outputs) = (h, w, c, k)
      (self.padding, self.images, self.stride) = (padding, images, stride)
    }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        input: ImageShape(height: height, width: width, channels: inputs),
        outputs: outputs,
        kernel: 3,
        stride: stride,
        padding: padding
      )
    }
    var testDescription: String {
      "\(height)×\(width), \(inputs) → \(outputs), padding \(padding), stride \(stride), \(images) images"
    }
  }

  /// Height, width, input channels, output channels, padding, images.
  static let sizes = [
    Sizes(1, 1, 1, 1, 1, 1), Sizes(1, 1, 17, 5, 2, 3), Sizes(2, 3, 3, 16, 1, 8),
    Sizes(3, 3, 5, 3, 0, 2), Sizes(3, 3, 33, 15, 1, 5), Sizes(4, 4, 16, 16, 1, 7),
    Sizes(4, 4, 1, 129, 2, 1), Sizes(5, 7, 15, 17, 1, 4), Sizes(5, 7, 64, 33, 0, 6),
    Sizes(6, 9, 48, 1, 2, 3), Sizes(6, 9, 3, 96, 1, 8), Sizes(8, 8, 64, 64, 1, 8),
    Sizes(8, 8, 129, 96, 1, 3), Sizes(8, 8, 96, 129, 0, 8), Sizes(13, 10, 16, 48, 1, 8),
    Sizes(13, 10, 17, 33, 2, 1), Sizes(13, 10, 129, 5, 1, 2), Sizes(33, 31, 3, 16, 1, 2),
    Sizes(33, 31, 33, 15, 0, 3), Sizes(33, 31, 1, 1, 1, 8), Sizes(33, 31, 96, 64, 1, 1),
    Sizes(6, 9, 5, 17, .same, 3),
  ]

  /// The same with a stride of 2, whose backward-data has tiles of 8×8 that begin elsewhere with
  /// every padding.
  static let strided = [
    Sizes(1, 1, 1, 1, 1, 1, stride: 2), Sizes(1, 1, 17, 5, 2, 3, stride: 2),
    Sizes(2, 3, 3, 16, 1, 8, stride: 2), Sizes(3, 3, 5, 3, 0, 2, stride: 2),
    Sizes(4, 5, 33, 15, 0, 5, stride: 2), Sizes(8, 8, 16, 16, 1, 7, stride: 2),
    Sizes(8, 8, 1, 129, 2, 1, stride: 2), Sizes(9, 7, 15, 17, 1, 4, stride: 2),
    Sizes(9, 7, 64, 33, 0, 6, stride: 2), Sizes(10, 13, 48, 1, 2, 3, stride: 2),
    Sizes(16, 16, 64, 64, 1, 8, stride: 2), Sizes(16, 16, 129, 96, 1, 3, stride: 2),
    Sizes(16, 17, 96, 129, 0, 8, stride: 2), Sizes(33, 31, 3, 16, 1, 2, stride: 2),
    Sizes(33, 31, 33, 15, 0, 3, stride: 2), Sizes(32, 32, 16, 48, 1, 8, stride: 2),
    Sizes(33, 31, 96, 64, 2, 1, stride: 2), Sizes(1, 1, 5, 3, .same, 2, stride: 2),
    Sizes(2, 2, 17, 16, .same, 3, stride: 2), Sizes(8, 8, 16, 16, .same, 7, stride: 2),
    Sizes(9, 7, 15, 17, .same, 4, stride: 2), Sizes(10, 14, 48, 33, .same, 3, stride: 2),
    Sizes(16, 16, 64, 96, .same, 8, stride: 2), Sizes(32, 32, 16, 32, .same, 8, stride: 2),
  ]

  /// Images of which a block is some rows of tiles; the last has fewer.
  static let large = [
    Sizes(70, 66, 64, 64, 1, 2), Sizes(70, 66, 3, 16, 1, 1), Sizes(41, 140, 5, 65, 2, 1),
    Sizes(9, 600, 3, 5, 1, 2), Sizes(99, 97, 64, 65, 1, 2, stride: 2),
    Sizes(72, 140, 5, 17, 2, 1, stride: 2), Sizes(17, 1201, 3, 5, 0, 1, stride: 2),
    Sizes(100, 98, 64, 33, .same, 1, stride: 2),
  ]

  /// Runs all passes on all levels; the first pointer of every operand is off a cache line on the
  /// higher ones.
  private func check(_ sizes: Sizes, _ view: ChannelView.Kind, accumulates: Bool) {
    let problem = ConvolutionProblem(sizes.geometry, images: sizes.images, view: view)
    for pass in ConvolutionPass.allCases {
      let adds = accumulates && pass != .weightGradient
      let places = problem.sample(pass, products: 4_000_000)
      let start = adds ? problem.start(pass) : []
      let exact = zip(places, problem.exact(pass, at: places)).map { place, value in
        adds ? value + Double(start[place]) : value
      }
      var expected: [UInt32]?
      for (number, level) in KernelSetTests.levels.enumerated() {
        let values = problem.winograd(
          pass,
          KernelSet(level),
          accumulates: accumulates,
          offset: number
        )
        guard let values else {
          Issue.record("\(pass) on \(level) writes outside its memory")
          continue
        }
        let error = relativeError(places.map { values[$0] }, exact)
        #expect(error < 1e-5, "\(pass) on \(level)")
        let bits = values.map(\.bitPattern)
        let isSame = bits == expected ?? bits
        #expect(isSame, "\(pass) on \(level) has other bits")
        expected = bits
      }
    }
  }

  @Test(arguments: sizes + strided)
  func passesAgreeWithTheirDefinition(sizes: Sizes) { check(sizes, .plain, accumulates: false) }

  @Test(arguments: large)
  func largeImagesAreCutIntoRowsOfTiles(sizes: Sizes) {
    let g = sizes.geometry
    let tilings = [
      WinogradConvolution(g, .forward).tiling, WinogradConvolution(g, .backwardData).tiling,
    ]
    for t in tilings { #expect(t.images == 1 && t.rowsPerBlock < t.rows) }
    check(sizes, .plain, accumulates: false)
  }

  @Test(arguments: sizes + strided)
  func convolutionsAddToWhatIsThere(sizes: Sizes) { check(sizes, .plain, accumulates: true) }

  /// Every image has its own scales and shifts; padding stays zero whatever the shift.
  @Test(
    arguments: sizes + strided,
    [ChannelView.Kind.rectified, .normalized, .normalizedAndRectified]
  )
  func viewsAreSeenThrough(sizes: Sizes, view: ChannelView.Kind) {
    check(sizes, view, accumulates: false)
  }

  /// Where operands lie changes no bit, on any level.
  @Test(arguments: sizes + strided)
  func levelsAndAddressesDoNotChangeABit(sizes: Sizes) {
    let problem = ConvolutionProblem(
      sizes.geometry,
      images: sizes.images,
      view: .normalizedAndRectified
    )
    for pass in ConvolutionPass.allCases {
      let expected = problem.winograd(pass, KernelSet(.baseline))?.map(\.bitPattern)
      #expect(expected != nil)
      for level in KernelSetTests.levels {
        for offset in [0, 1, 7] {
          let values = problem.winograd(pass, KernelSet(level), offset: offset)
          let isSame = values?.map(\.bitPattern) == expected
          #expect(isSame, "\(pass) on \(level), \(offset) floats from a cache line")
        }
      }
    }
  }

  /// Blocks hold 1, 2, 4 or 8 whole images, or some rows of one, and cover all tiles.
  @Test func tilingsFollowTheSizes() {
    for s in Self.sizes + Self.large {
      let t = WinogradTiling(height: s.height, width: s.width, limit: 128)
      #expect([1, 2, 4, 8].contains(t.images))
      #expect(4 * t.rows >= s.height && 4 * (t.rows - 1) < s.height)
      #expect(4 * t.columns >= s.width && 4 * (t.columns - 1) < s.width)
      #expect(t.rowsPerBlock == t.rows || t.images == 1)
      #expect(t.tilesPerBlock <= 128 || t.rowsPerBlock == 1)
      #expect(t.tilesPerBlock == t.images * t.rowsPerBlock * t.columns)
    }
  }
}
