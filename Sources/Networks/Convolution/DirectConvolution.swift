import Kernels
import Tensors

/// A convolution as patches times weights (im2col and SGEMM), by blocks of output rows; the plain
/// reference for every other way.
struct DirectConvolution: ConvolutionWay {
  let g: ConvolutionGeometry
  let site: Site
  private let batch: BatchLayout
  private let kernels: KernelSet

  init(_ g: ConvolutionGeometry, _ site: Site) {
    (self.g, self.site, batch, kernels) = (g, site, site.batch, site.kernels)
  }

  static func fits(_ g: ConvolutionGeometry) -> Bool { true }

  /// Patches of a block, an image as a view shows it, and transposed weights for backward.
  static func scratch(_ g: ConvolutionGeometry, _ mode: NetworkMode) -> Scratch {
    Scratch(
      workspace: g.patchCapacity + g.input.count,
      backward: mode == .inference ? 0 : g.depth * g.output.channels
    )
  }

  /// A sample's image as it is to be read: itself, or what a view shows of it in the workspace.
  private func image(_ sample: Int, _ member: Int) -> UnsafePointer<Float> {
    let (x, input) = (site.x[0], g.input)
    let copy = site.workspace(member) + g.patchCapacity
    return x.seen(x.base + sample * input.count, of: sample, input, kernels, copy: copy)
  }

  /// The patch matrix of a block of output rows.
  private func patches(
    _ image: UnsafePointer<Float>,
    _ rows: Range<Int>,
    _ member: Int
  ) -> UnsafePointer<Float> {
    let patches = site.workspace(member)
    Patches.gather(g, rows: rows, image, into: patches)
    return UnsafePointer(patches)
  }

  /// Patches times weights.
  func forward() -> [Stage] {
    let (y, weight, bias, kernels, g) = (site.y, site.parameters[0], bias, kernels, g)
    let forward = Stage.groups("convolution.forward", of: 1) { samples, member in
      for sample in samples {
        let image = image(sample, member)
        for block in 0..<g.blocks {
          let rows = g.rows(block)
          let pixels = rows.count * g.output.width
          let out =
            y + sample * g.output.count + rows.lowerBound * g.output.width * g.output.channels
          BLAS.multiply(
            m: pixels,
            n: g.output.channels,
            k: g.depth,
            patches(image, rows, member),
            weight,
            beta: 0,
            into: out
          )
          if let bias { kernels.addBias(pixels, g.output.channels, out, bias) }
        }
      }
    }
    return [forward]
  }

  /// dy times transposed weights, scattered back onto the image.
  func backwardData(_ dx: Floats) -> [Stage] {
    let (dy, transposed) = (site.dy, site.own.backward)
    let (kernels, g, site, accumulates) = (kernels, g, site, site.accumulates[0])
    let (depth, outputs) = (g.depth, g.output.channels)
    return [
      transposeWeights(),
      .groups("convolution.backward-data", of: 1) { samples, member in
        let patches = site.workspace(member)
        for sample in samples {
          let image = dx + sample * g.input.count
          if !accumulates { image.update(repeating: 0, count: g.input.count) }
          for block in 0..<g.blocks {
            let rows = g.rows(block)
            let gradient = dy + sample * g.output.count + rows.lowerBound * g.output.width * outputs
            BLAS.multiply(
              m: rows.count * g.output.width,
              n: depth,
              k: outputs,
              gradient,
              transposed,
              beta: 0,
              into: patches
            )
            Patches.scatter(g, rows: rows, patches, onto: image, kernels)
          }
        }
      },
    ]
  }

  /// Transposed patches times dy, summed over the samples of a chunk into its slot.
  func backwardWeights() -> Stage {
    let (dy, batch, g) = (site.dy, batch, g)
    return .groups("convolution.backward-weights", of: BatchLayout.chunkSize) { samples, member in
      let slot = site.slots + batch.chunk(ofSample: samples.lowerBound) * site.slotStride
      for sample in samples {
        let image = image(sample, member)
        for block in 0..<g.blocks {
          let rows = g.rows(block)
          let first = rows.lowerBound * g.output.width
          BLAS.multiply(
            m: g.depth,
            n: g.output.channels,
            k: rows.count * g.output.width,
            patches(image, rows, member),
            transposedA: true,
            dy + sample * g.output.count + first * g.output.channels,
            beta: sample == samples.lowerBound && block == 0 ? 0 : 1,
            into: slot
          )
        }
      }
      sumBias(samples, behind: slot)
    }
  }
}
