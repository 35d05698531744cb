import Kernels
import Tensors

/// Operands in guarded memory, `offset` floats from a cache line.
private struct GuardedOperands {
  let x: GuardedFloats
  let w: GuardedFloats
  let dy: GuardedFloats
  let scale: GuardedFloats
  let shift: GuardedFloats

  init(_ p: ConvolutionProblem, _ offset: Int) {
    x = GuardedFloats(p.x, offset: offset)
    w = GuardedFloats(p.w, offset: offset)
    dy = GuardedFloats(p.dy, offset: offset)
    scale = GuardedFloats(p.scale, offset: offset)
    shift = GuardedFloats(p.shift, offset: offset)
  }
}

extension ConvolutionProblem {
  /// A pass by Winograd, every operand `offset` floats from a cache line; nil where memory was
  /// written that nobody gave it.
  public func winograd(
    _ pass: ConvolutionPass,
    _ kernels: KernelSet,
    accumulates: Bool = false,
    offset: Int = 0
  ) -> [Float]? {
    BLAS.useOneThread()
    let operands = GuardedOperands(self, offset)
    switch pass {
    case .forward: return convolved(.forward, kernels, operands, accumulates, offset)
    case .backwardData: return convolved(.backwardData, kernels, operands, accumulates, offset)
    case .weightGradient: return gradient(kernels, operands, offset)
    }
  }

  /// How image n is read.
  private func view(_ operands: GuardedOperands, _ n: Int) -> ChannelView {
    ChannelView(
      view,
      scale: operands.scale.base + n * viewPitch,
      shift: operands.shift.base + n * viewPitch
    )
  }

  private func convolved(
    _ direction: WinogradConvolution.Direction,
    _ kernels: KernelSet,
    _ operands: GuardedOperands,
    _ accumulates: Bool,
    _ offset: Int
  ) -> [Float]? {
    let plan = WinogradConvolution(geometry, direction)
    let pass: ConvolutionPass = direction == .forward ? .forward : .backwardData
    let from = direction == .forward ? operands.x.base : operands.dy.base
    let u = GuardedFloats(count: plan.weightFloats, offset: offset)
    let scratch = GuardedFloats(count: WinogradConvolution.weightScratch, offset: offset)
    let workspace = GuardedFloats(count: plan.workspace, offset: offset)
    let y =
      accumulates
      ? GuardedFloats(start(pass), offset: offset)
      : GuardedFloats(count: count(pass), offset: offset)
    for item in 0..<plan.weightItems {
      plan.transformWeights(
        kernels,
        item: item,
        operands.w.base,
        into: u.base,
        scratch: scratch.base
      )
    }
    for first in stride(from: 0, to: images, by: plan.tiling.images) {
      plan.convolve(
        kernels,
        images: min(plan.tiling.images, images - first),
        from + first * plan.input.count,
        view: { view(operands, first + $0) },
        weights: u.base,
        into: y.base + first * plan.output.count,
        accumulates: accumulates,
        workspace: workspace.base
      )
    }
    return [u, scratch, workspace, y].allSatisfy(\.isIntact) ? y.values : nil
  }

  /// The sum of the chunks' gradients.
  private func gradient(
    _ kernels: KernelSet,
    _ operands: GuardedOperands,
    _ offset: Int
  ) -> [Float]? {
    let plan = WinogradWeightGradient(geometry)
    let total = GuardedFloats(w.map { _ in 0 }, offset: offset)
    for first in stride(from: 0, to: images, by: BatchLayout.chunkSize) {
      let workspace = GuardedFloats(count: plan.workspace, offset: offset)
      let sums = GuardedFloats(count: plan.sums, offset: offset)
      let dw = GuardedFloats(count: w.count, offset: offset)
      let chunk = first..<min(first + BatchLayout.chunkSize, images)
      for start in stride(from: chunk.lowerBound, to: chunk.upperBound, by: plan.images) {
        let part = start..<min(start + plan.images, chunk.upperBound)
        plan.accumulate(
          kernels,
          images: part.count,
          of: ChunkPart(part, of: chunk),
          operands.x.base + start * geometry.input.count,
          view: { view(operands, start + $0) },
          operands.dy.base + start * geometry.output.count,
          into: dw.base,
          sums: sums.base,
          workspace: workspace.base
        )
      }
      if ![workspace, sums, dw].allSatisfy(\.isIntact) { return nil }
      kernels.add(w.count, total.base, dw.base)
    }
    return total.values
  }
}
