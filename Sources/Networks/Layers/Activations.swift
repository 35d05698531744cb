import Kernels
import Tensors

/// max(x, 0).
package struct Rectifier: Operation, Hashable {
  /// The one there is.
  package init() {}

  package var kind: String { "relu" }
  package func shape(_ inputs: [ImageShape]) -> ImageShape { inputs[0] }
  package var backwardReads: (inputs: Bool, output: Bool) { (false, true) }
  package var viewKind: ChannelView.Kind? { .rectified }
  package var overwritesGradient: Bool { true }

  package func view(_ site: Site) -> InputView {
    let base = site.x[0].base
    return InputView(base, .rectified, scale: base, shift: base, channels: 0, cells: .one)
  }

  package func forward(_ site: Site) -> [Stage] {
    if site.isView { return [] }
    let (x, y, n, kernels) = (site.x[0].base, site.y, site.output.count, site.kernels)
    return [
      site.images("relu.forward") { sample, _ in
        kernels.rectify(n, y + sample * n, x + sample * n)
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard let dx = site.dx[0] else { return [] }
    // x is positive where max(x, 0) is.
    let (y, dy) = (site.isView ? site.x[0].base : site.y, site.dy)
    let (n, kernels) = (site.output.count, site.kernels)
    let accumulates = site.accumulates[0]
    return [
      site.images("relu.backward") { sample, _ in
        let at = sample * n
        kernels.rectifyBackward(n, dx + at, dy + at, y + at, accumulates)
      }
    ]
  }
}

/// x · σ(x), also called swish (Elfwing, Uchibe, Doya 2017).
package struct SiLU: Operation, Hashable {
  /// The one there is.
  package init() {}

  package var kind: String { "silu" }
  package func shape(_ inputs: [ImageShape]) -> ImageShape { inputs[0] }
  package var backwardReads: (inputs: Bool, output: Bool) { (true, false) }
  package var overwritesGradient: Bool { true }

  package func forward(_ site: Site) -> [Stage] {
    let (x, y, n, kernels) = (site.x[0].base, site.y, site.output.count, site.kernels)
    return [
      site.images("silu.forward") { sample, _ in kernels.silu(n, y + sample * n, x + sample * n) }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard let dx = site.dx[0] else { return [] }
    let (x, dy, n, kernels) = (site.x[0].base, site.dy, site.output.count, site.kernels)
    let accumulates = site.accumulates[0]
    return [
      site.images("silu.backward") { sample, _ in
        let at = sample * n
        kernels.siluBackward(n, dx + at, dy + at, x + at, accumulates)
      }
    ]
  }
}
