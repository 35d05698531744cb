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
  package var readsViews: Bool { true }
  package func sharesGradient(input: Int) -> GradientSharing { input == 0 ? .same : .scaled }

  /// The branches' parts by sample: of a and b forward, then of a and b backward.
  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  { Scratch(floats: 4 * batch.capacity) }

  private func parts(_ site: Site, _ which: Int) -> Floats {
    site.own.floats + which * site.batch.capacity
  }

  package func gradientFactors(_ site: Site, input: Int) -> Floats { parts(site, 1 + input) }

  package func forward(_ site: Site) -> [Stage] {
    let (x, y, share) = (site.x, site.y, share)
    let (ofA, ofB) = (parts(site, 0), parts(site, 1))
    let (backA, backB) = (parts(site, 2), parts(site, 3))
    let join = Join(site)
    return [
      site.images("shake-shake.forward") { sample, _ in
        (ofA[sample], ofB[sample]) = (share, 1 - share)
        (backA[sample], backB[sample]) = (share, 1 - share)
        let shortcut = join.plain(x[0], sample, into: y)
        let n = site.output.count
        join.add(shortcut, ofA[sample], x[1], sample, into: y)
        join.add(UnsafePointer(y + sample * n), ofB[sample], x[2], sample, into: y)
      }
    ]
  }

  /// The shortcut's gradient is dy, the branches' are α·dy and (1 − α)·dy.
  package func backward(_ site: Site) -> [Stage] {
    let (dx, accumulates, dy, n) = (site.dx, site.accumulates, site.dy, site.output.count)
    let factors = [nil, parts(site, 2), parts(site, 3)]
    if dx.allSatisfy({ $0 == nil }) { return [] }
    return [
      site.images("shake-shake.backward") { sample, _ in
        for input in 0..<3 {
          guard let d = dx[input] else { continue }
          let factor = factors[input].map { $0[sample] } ?? 1
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
