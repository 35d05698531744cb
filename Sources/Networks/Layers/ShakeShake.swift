import Kernels
import Tensors

/// Where a Shake-Shake block's two branches meet its shortcut (Gastaldi 2017): shortcut + α·a + (1
/// − α)·b, with β for α in backward.
///
/// The inputs are shortcut, a and b, of one shape. α and β are ½ in evaluation; in training `mode`
/// says what they are.
package struct ShakeShake: Operation, Hashable {
  /// How the branches are mixed in training.
  package let mode: ShakeMode

  /// A mixture of that mode.
  package init(_ mode: ShakeMode) { self.mode = mode }

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

  /// By sample: β, then 1 − β.
  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  { Scratch(floats: 2 * batch.capacity) }

  package func gradientFactors(_ site: Site, input: Int) -> Floats {
    site.own.floats + (input - 1) * site.batch.capacity
  }

  /// α or β: uniform over the odd multiples of 2⁻²⁴ in (0, 1), so that 1 less it is exact in
  /// Float32 and the mean ½.
  package static func part(_ draws: consuming RandomDraws) -> Float {
    Float((draws.uniform() * 0x1p23).rounded(.down) * 0x1p-23 + 0x1p-24)
  }

  /// A function that says α and β of a local sample in the current step.
  private func parts(_ site: Site) -> (_ sample: Int) -> (alpha: Float, beta: Float) {
    if site.mode == .inference { return { _ in (0.5, 0.5) } }
    let mode = mode
    return { sample in
      let key = mode.level == .image ? sample : nil
      let alpha = mode.forward == .even ? 0.5 : Self.part(site.draws(.shakeForward, sample: key))
      return switch mode.backward {
      case .even: (alpha, 0.5)
      case .keep: (alpha, alpha)
      case .shake: (alpha, Self.part(site.draws(.shakeBackward, sample: key)))
      }
    }
  }

  package func forward(_ site: Site) -> [Stage] {
    let (x, y, n) = (site.x, site.y, site.output.count)
    let (parts, join) = (parts(site), Join(site))
    let (backA, backB) = (gradientFactors(site, input: 1), gradientFactors(site, input: 2))
    return [
      site.images("shake-shake.forward") { sample, _ in
        let (alpha, beta) = parts(sample)
        (backA[sample], backB[sample]) = (beta, 1 - beta)
        let shortcut = join.plain(x[0], sample, into: y)
        join.add(shortcut, alpha, x[1], sample, into: y)
        join.add(UnsafePointer(y + sample * n), 1 - alpha, x[2], sample, into: y)
      }
    ]
  }

  /// The shortcut's gradient is dy, the branches' are β·dy and (1 − β)·dy.
  package func backward(_ site: Site) -> [Stage] {
    let (dx, accumulates, dy, n) = (site.dx, site.accumulates, site.dy, site.output.count)
    let factors = [nil, gradientFactors(site, input: 1), gradientFactors(site, input: 2)]
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
