import Kernels
import Tensors

/// The sum of two values of one shape, perhaps with a rectifier behind it: where a residual block's
/// branch meets its shortcut.
package struct Addition: Operation, Hashable {
  /// Whether the result is max(a + b, 0).
  package let isRectified: Bool

  /// a + b, or max(a + b, 0).
  package init(isRectified: Bool = false) { self.isRectified = isRectified }

  package var kind: String { "add" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    precondition(inputs.count == 2 && inputs[0] == inputs[1], "\(inputs) cannot be added")
    return inputs[0]
  }

  package var backwardReads: (inputs: Bool, output: Bool) { (false, isRectified) }
  package var readsViews: Bool { true }
  package var modifiesGradient: Bool { isRectified }
  package func sharesGradient(input: Int) -> GradientSharing { .same }

  package func forward(_ site: Site) -> [Stage] {
    let (x, y, isRectified) = (site.x, site.y, isRectified)
    let join = Join(site)
    return [
      site.images("add.forward") { sample, _ in
        let first = join.plain(x[0], sample, into: y)
        join.add(first, 1, x[1], sample, into: y, isRectified: isRectified)
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    let (dx, accumulates, y, dy) = (site.dx, site.accumulates, site.y, site.dy)
    let (n, kernels, isRectified) = (site.output.count, site.kernels, isRectified)
    if !isRectified && dx[0] == nil && dx[1] == nil { return [] }
    return [
      site.images("add.backward") { sample, _ in
        let gradient = dy + sample * n
        if isRectified { kernels.rectifyBackward(n, gradient, gradient, y + sample * n, false) }
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
