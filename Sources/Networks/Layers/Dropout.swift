import Kernels
import Tensors

/// Dropout (Srivastava and others 2014): in training each value is 0 with probability `rate`, else
/// 1/(1 − rate) times itself; in evaluation it is itself.
///
/// Nothing is remembered: backward draws what forward drew. Of 65,536 equally likely numbers the
/// first round((1 − rate)·65,536) keep a value.
package struct Dropout: Operation, Hashable {
  /// The probability of 0.
  package let rate: Double

  /// Dropout with a probability of at least 0 and below 1.
  package init(rate: Double) {
    precondition(rate >= 0 && rate < 1, "a rate of \(rate) drops everything or nothing known")
    self.rate = rate
  }

  package var kind: String { "dropout" }
  package func shape(_ inputs: [ImageShape]) -> ImageShape { inputs[0] }
  package var backwardReads: (inputs: Bool, output: Bool) { (false, false) }
  package var overwritesGradient: Bool { true }

  package func forward(_ site: Site) -> [Stage] {
    [stage(site, "dropout.forward", from: site.x[0].base, into: site.y, accumulates: false)]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard let dx = site.dx[0] else { return [] }
    let accumulates = site.accumulates[0]
    return [stage(site, "dropout.backward", from: site.dy, into: dx, accumulates: accumulates)]
  }

  /// What forward does to values and backward to gradients.
  private func stage(
    _ site: Site,
    _ kernel: String,
    from x: Floats,
    into y: Floats,
    accumulates: Bool
  ) -> Stage {
    let (n, kernels) = (site.output.count, site.kernels)
    if site.mode == .inference {
      return site.images(kernel) { sample, _ in
        (y + sample * n).update(from: x + sample * n, count: n)
      }
    }
    let (kept, scale) = (UInt32(((1 - rate) * 0x1p16).rounded()), Float(1 / (1 - rate)))
    return site.images(kernel) { sample, _ in
      let draws = site.draws(.dropout, sample: sample)
      let counter = draws.counter
      let mask = DropoutMask(
        kept: kept,
        scale: scale,
        key: UInt64(draws.key.y) << 32 | UInt64(draws.key.x),
        y: counter.y,
        z: counter.z,
        w: counter.w
      )
      kernels.dropout(n, y + sample * n, x + sample * n, mask, accumulates)
    }
  }
}
