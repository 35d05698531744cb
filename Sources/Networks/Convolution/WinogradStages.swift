import Kernels
import Tensors

/// The stages of a 3×3 convolution of stride 1 or 2 by Winograd: weights are transformed once and
/// shared by all lanes of the rank.
struct WinogradStages: ConvolutionWay {
  let g: ConvolutionGeometry
  let site: Site
  private let kernels: KernelSet

  init(_ g: ConvolutionGeometry, _ site: Site) {
    (self.g, self.site, kernels) = (g, site, site.kernels)
  }

  static func fits(_ g: ConvolutionGeometry) -> Bool { g.fitsWinograd }

  /// The largest of the three parts' workspaces, and the transformed weights of both directions.
  static func scratch(_ g: ConvolutionGeometry, _ mode: NetworkMode) -> Scratch {
    let forward = WinogradConvolution(g, .forward)
    guard mode != .inference else {
      return Scratch(workspace: forward.workspace, forward: forward.weightFloats)
    }
    let (backward, weights) = (WinogradConvolution(g, .backwardData), WinogradWeightGradient(g))
    return Scratch(
      workspace: max(forward.workspace, backward.workspace, weights.workspace),
      sums: weights.sums,
      forward: forward.weightFloats,
      backward: backward.weightFloats
    )
  }

  private func weights(_ convolution: WinogradConvolution, into u: Floats) -> Stage {
    let (w, kernels, site) = (site.parameters[0], kernels, site)
    return .items("convolution.weights", turn: .early, { convolution.weightItems }) {
      item,
      member in
      convolution.transformWeights(
        kernels,
        item: item,
        w,
        into: u,
        scratch: site.workspace(member)
      )
    }
  }

  /// Transformed weights, then groups of images.
  func forward() -> [Stage] {
    let convolution = WinogradConvolution(g, .forward)
    let (x, y, u, kernels, g, site) = (site.x[0], site.y, site.own.forward, kernels, g, site)
    let (bias, images) = (bias, convolution.tiling.images)
    return [
      weights(convolution, into: u),
      .groups("convolution.forward", of: images) { samples, member in
        let out = y + samples.lowerBound * g.output.count
        convolution.convolve(
          kernels,
          images: samples.count,
          x.base + samples.lowerBound * g.input.count,
          view: { x.of(samples.lowerBound + $0) },
          weights: u,
          into: out,
          accumulates: false,
          workspace: site.workspace(member)
        )
        if let bias {
          kernels.addBias(samples.count * g.output.pixels, g.output.channels, out, bias)
        }
      },
    ]
  }

  /// The same over dy, with rotated and transposed weights.
  func backwardData(_ dx: Floats) -> [Stage] {
    let convolution = WinogradConvolution(g, .backwardData)
    let (u, kernels, g, site) = (site.own.backward, kernels, g, site)
    let (dy, accumulates) = (InputView(stored: site.dy), site.accumulates[0])
    return [
      weights(convolution, into: u),
      .groups("convolution.backward-data", of: convolution.tiling.images) { samples, member in
        convolution.convolve(
          kernels,
          images: samples.count,
          dy.base + samples.lowerBound * g.output.count,
          view: { _ in dy.of(0) },
          weights: u,
          into: dx + samples.lowerBound * g.input.count,
          accumulates: accumulates,
          workspace: site.workspace(member)
        )
      },
    ]
  }

  /// A chunk's gradient of the weights into its slot.
  func backwardWeights() -> Stage {
    let gradient = WinogradWeightGradient(g)
    let (x, dy, kernels, g, site) = (site.x[0], site.dy, kernels, g, site)
    let chunks = site.batch.groups(of: BatchLayout.chunkSize)
    return .groups("convolution.backward-weights", of: gradient.images, byChunk: true) {
      samples,
      member in
      let number = site.batch.chunk(ofSample: samples.lowerBound)
      let (chunk, slot) = (chunks[number], site.slots + number * site.slotStride)
      let part = ChunkPart(samples, of: chunk)
      gradient.accumulate(
        kernels,
        images: samples.count,
        of: part,
        x.base + samples.lowerBound * g.input.count,
        view: { x.of(samples.lowerBound + $0) },
        dy + samples.lowerBound * g.output.count,
        into: slot,
        sums: site.sums(member),
        workspace: site.workspace(member)
      )
      if part.ends { sumBias(chunk, behind: slot) }
    }
  }
}
