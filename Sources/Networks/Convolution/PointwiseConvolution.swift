import Kernels
import Tensors

/// A 1×1 convolution without padding: pixels times weights, by blocks of pixels that stay in the
/// first caches.
struct PointwiseConvolution: ConvolutionWay {
  let g: ConvolutionGeometry
  let site: Site
  private let kernels: KernelSet

  init(_ g: ConvolutionGeometry, _ site: Site) {
    (self.g, self.site, kernels) = (g, site, site.kernels)
  }

  static func fits(_ g: ConvolutionGeometry) -> Bool { g.kernel == 1 && g.top == 0 && g.left == 0 }

  /// Output pixels of a block.
  private static func blockPixels(_ g: ConvolutionGeometry) -> Int {
    max(16, min(g.output.pixels, 16_384 / max(g.input.channels, g.output.channels)))
  }

  /// A block of input pixels; transposed weights for backward.
  static func scratch(_ g: ConvolutionGeometry, _ mode: NetworkMode) -> Scratch {
    Scratch(
      workspace: blockPixels(g) * g.input.channels,
      backward: mode == .inference ? 0 : g.input.channels * g.output.channels
    )
  }

  /// The blocks of output pixels of an image.
  private var blocks: [Range<Int>] {
    let size = Self.blockPixels(g)
    return stride(from: 0, to: g.output.pixels, by: size).map {
      $0..<min($0 + size, g.output.pixels)
    }
  }

  /// The input pixels of a block of output pixels, as they are to be read: in place, or copied to
  /// the workspace.
  private func pixels(_ sample: Int, _ block: Range<Int>, _ member: Int) -> UnsafePointer<Float> {
    let (view, input) = (site.x[0], g.input)
    let image = view.base + sample * input.count
    var source = UnsafePointer(image + block.lowerBound * input.channels)
    let copy = site.workspace(member)
    if g.stride > 1 {
      for (i, pixel) in block.enumerated() {
        (copy + i * input.channels).update(from: image + place(pixel), count: input.channels)
      }
      source = UnsafePointer(copy)
    }
    let shape = ImageShape(height: 1, width: block.count, channels: input.channels)
    return view.seen(source, of: sample, shape, kernels, copy: copy)
  }

  /// Where in an image the input of an output pixel lies.
  private func place(_ pixel: Int) -> Int {
    let (row, column) = pixel.quotientAndRemainder(dividingBy: g.output.width)
    return (row * g.input.width + column) * g.stride * g.input.channels
  }

  /// Pixels times weights.
  func forward() -> [Stage] {
    let (y, weight, bias, kernels, g) = (site.y, site.parameters[0], bias, kernels, g)
    let (k, n, blocks) = (g.input.channels, g.output.channels, blocks)
    let forward = Stage.groups("convolution.forward", of: 1) { samples, member in
      for sample in samples {
        for block in blocks {
          let out = y + sample * g.output.count + block.lowerBound * n
          let x = pixels(sample, block, member)
          BLAS.multiply(m: block.count, n: n, k: k, x, weight, beta: 0, into: out)
          if let bias { kernels.addBias(block.count, n, out, bias) }
        }
      }
    }
    return [forward]
  }

  /// dy times transposed weights.
  func backwardData(_ dx: Floats) -> [Stage] {
    let (dy, transposed, g) = (site.dy, site.own.backward, g)
    let (c, k, blocks, kernels) = (g.input.channels, g.output.channels, blocks, kernels)
    let (site, accumulates) = (site, site.accumulates[0])
    return [
      transposeWeights(),
      .groups("convolution.backward-data", of: 1) { samples, member in
        for sample in samples {
          let image = dx + sample * g.input.count
          if g.stride > 1 && !accumulates { image.update(repeating: 0, count: g.input.count) }
          for block in blocks {
            let gradient = dy + sample * g.output.count + block.lowerBound * k
            let isDense = g.stride == 1
            let out = isDense ? image + block.lowerBound * c : site.workspace(member)
            BLAS.multiply(
              m: block.count,
              n: c,
              k: k,
              gradient,
              transposed,
              beta: isDense && accumulates ? 1 : 0,
              into: out
            )
            if isDense { continue }
            for (i, pixel) in block.enumerated() {
              kernels.add(c, image + place(pixel), out + i * c)
            }
          }
        }
      },
    ]
  }

  /// Transposed pixels times dy, summed over the samples of a chunk into its slot.
  func backwardWeights() -> Stage {
    let (dy, site, g) = (site.dy, site, g)
    let (c, k, blocks) = (g.input.channels, g.output.channels, blocks)
    return .groups("convolution.backward-weights", of: BatchLayout.chunkSize) { samples, member in
      let chunk = site.batch.chunk(ofSample: samples.lowerBound)
      let slot = site.slots + chunk * site.slotStride
      for sample in samples {
        for block in blocks {
          BLAS.multiply(
            m: c,
            n: k,
            k: block.count,
            pixels(sample, block, member),
            transposedA: true,
            dy + sample * g.output.count + block.lowerBound * k,
            beta: sample == samples.lowerBound && block.lowerBound == 0 ? 0 : 1,
            into: slot
          )
        }
      }
      sumBias(samples, behind: slot)
    }
  }
}
