import Kernels
import Tensors

/// The sum of two values of one shape: where a residual block's branch meets its shortcut.
package struct Addition: Operation, Hashable {
  /// The one there is.
  package init() {}

  package var kind: String { "add" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    precondition(inputs.count == 2 && inputs[0] == inputs[1], "\(inputs) cannot be added")
    return inputs[0]
  }

  package var backwardReads: (inputs: Bool, output: Bool) { (false, false) }

  package func forward(_ site: Site) -> [Stage] {
    let (a, b, y, n, kernels) = (site.x[0], site.x[1], site.y, site.output.count, site.kernels)
    return [
      site.images("add.forward") { sample, _ in
        kernels.sum(n, y + sample * n, a + sample * n, b + sample * n)
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    let (dx, accumulates, dy) = (site.dx, site.accumulates, site.dy)
    let (n, kernels) = (site.output.count, site.kernels)
    return [
      site.images("add.backward") { sample, _ in
        let gradient = dy + sample * n
        for input in 0..<2 {
          guard let d = dx[input] else { continue }
          if accumulates[input] {
            kernels.add(n, d + sample * n, gradient)
          } else {
            (d + sample * n).update(from: gradient, count: n)
          }
        }
      }
    ]
  }
}
