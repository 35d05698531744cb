import Kernels
import Tensors

/// The passes as im2col and SGEMM, cut into blocks of rows and chunks of images as Networks'
/// Convolution cuts them; without a view.
extension ConvolutionProblem {
  /// A pass by matrix products of patches.
  public func direct(_ pass: ConvolutionPass, _ kernels: KernelSet) -> [Float] {
    precondition(view == .plain && !geometry.isPointwise)
    BLAS.useOneThread()
    var result = Array(repeating: Float(0), count: count(pass))
    var patches = Array(repeating: Float(0), count: geometry.patchCapacity)
    switch pass {
    case .forward: directForward(&result, &patches)
    case .backwardData: directBackwardData(&result, &patches, kernels)
    case .weightGradient: directWeightGradient(&result, &patches, kernels)
    }
    return result
  }

  private func directForward(_ y: inout [Float], _ patches: inout [Float]) {
    let g = geometry
    for (n, block) in imagesAndBlocks(0..<images) {
      let rows = g.rows(block)
      let at = n * g.output.count + rows.lowerBound * g.output.width * g.output.channels
      x.withUnsafeBufferPointer {
        Patches.gather(g, rows: rows, $0.baseAddress! + n * g.input.count, into: &patches)
      }
      y.withUnsafeMutableBufferPointer {
        BLAS.multiply(
          m: rows.count * g.output.width,
          n: g.output.channels,
          k: g.depth,
          patches,
          w,
          beta: 0,
          into: $0.baseAddress! + at
        )
      }
    }
  }

  private func directBackwardData(
    _ dx: inout [Float],
    _ patches: inout [Float],
    _ kernels: KernelSet
  ) {
    let g = geometry
    for (n, block) in imagesAndBlocks(0..<images) {
      let rows = g.rows(block)
      let at = n * g.output.count + rows.lowerBound * g.output.width * g.output.channels
      dy.withUnsafeBufferPointer {
        BLAS.multiply(
          m: rows.count * g.output.width,
          n: g.depth,
          k: g.output.channels,
          $0.baseAddress! + at,
          w,
          transposedB: true,
          beta: 0,
          into: &patches
        )
      }
      dx.withUnsafeMutableBufferPointer {
        let image = $0.baseAddress! + n * g.input.count
        Patches.scatter(g, rows: rows, patches, onto: image, kernels)
      }
    }
  }

  private func directWeightGradient(
    _ dw: inout [Float],
    _ patches: inout [Float],
    _ kernels: KernelSet
  ) {
    let g = geometry
    for first in stride(from: 0, to: images, by: BatchLayout.chunkSize) {
      var sum = dw.map { _ in Float(0) }
      for (n, block) in imagesAndBlocks(first..<min(first + BatchLayout.chunkSize, images)) {
        let rows = g.rows(block)
        let at = n * g.output.count + rows.lowerBound * g.output.width * g.output.channels
        x.withUnsafeBufferPointer {
          Patches.gather(g, rows: rows, $0.baseAddress! + n * g.input.count, into: &patches)
        }
        dy.withUnsafeBufferPointer {
          BLAS.multiply(
            m: g.depth,
            n: g.output.channels,
            k: rows.count * g.output.width,
            patches,
            transposedA: true,
            $0.baseAddress! + at,
            beta: n == first && block == 0 ? 0 : 1,
            into: &sum
          )
        }
      }
      kernels.add(dw.count, &dw, sum)
    }
  }

  private func imagesAndBlocks(_ images: Range<Int>) -> [(Int, Int)] {
    images.flatMap { n in (0..<geometry.blocks).map { (n, $0) } }
  }
}
