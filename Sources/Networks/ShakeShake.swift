import Kernels
import Tensors

/// Where a Shake-Shake block's two branches meet its shortcut (Gastaldi 2017): shortcut + α·a + (1 − α)·b with α = ½, "even" in his tables.
///
/// The inputs are shortcut, a and b, of one shape.
package struct ShakeShake: Operation, Hashable {
  /// The one there is.
  package init() {}

  /// α: the first branch's part of the mixture.
  private var share: Float { 0.5 }

  package var kind: String { "shake-shake" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    precondition(
      inputs.count == 3 && inputs.allSatisfy { $0 == inputs[0] },
      "\(inputs) cannot be mixed"
    )
    return inputs[0]
  }

  package var backwardReads: (inputs: Bool, output: Bool) { (false, false) }

  package func forward(_ site: Site) -> [Stage] {
    let (shortcut, a, b, y) = (site.x[0], site.x[1], site.x[2], site.y)
    let (n, share) = (site.output.count, share)
    return [
      site.images("shake-shake.forward") { sample, _ in
        let rest = 1 - share
        for i in sample * n..<(sample + 1) * n {
          y[i] = shortcut[i] + (share * a[i] + rest * b[i])
        }
      }
    ]
  }

  /// The shortcut's gradient is dy, the branches' are α·dy and (1 − α)·dy.
  package func backward(_ site: Site) -> [Stage] {
    let (dx, accumulates, dy) = (site.dx, site.accumulates, site.dy)
    let (n, factors) = (site.output.count, [1, share, 1 - share])
    return [
      site.images("shake-shake.backward") { sample, _ in
        for input in 0..<3 {
          guard let d = dx[input] else { continue }
          let factor = factors[input]
          if accumulates[input] {
            for i in sample * n..<(sample + 1) * n { d[i] += factor * dy[i] }
          } else {
            for i in sample * n..<(sample + 1) * n { d[i] = factor * dy[i] }
          }
        }
      }
    ]
  }
}
