import Tensors

/// How the samples of a batch are mixed in pairs: mixup (Zhang and others 2017), cutmix (Yun and
/// others 2019), or in each step one of them, drawn evenly.
///
/// The partner of the sample at position p of the global batch is that at p − 1, of the first the
/// last, as torchvision's batch.roll(1). λ is one number a step, drawn from Beta(α, α). What is
/// drawn follows from seed and step alone.
public struct BatchMixing: Hashable, Sendable {
  /// α of mixup; nil: no mixup.
  private let mixup: Double?
  /// α of cutmix; nil: no cutmix.
  private let cutmix: Double?

  /// The mixing with these α; nil where there is none.
  public init?(mixup: Double?, cutmix: Double?) {
    if mixup == nil && cutmix == nil { return nil }
    (self.mixup, self.cutmix) = (mixup, cutmix)
  }

  /// What a step does to its samples.
  public struct Mix: Hashable, Sendable {
    /// The share of a sample's own label.
    public let share: Double
    /// The rows and columns in which a sample shows its partner; nil for mixup, where each value is
    /// `share` of its own and the rest of the partner's.
    package let box: (rows: Range<Int>, columns: Range<Int>)?

    /// A share and a box.
    package init(share: Double, box: (rows: Range<Int>, columns: Range<Int>)?) {
      (self.share, self.box) = (share, box)
    }

    /// The same share and box.
    public static func == (a: Mix, b: Mix) -> Bool {
      a.share == b.share && a.box?.rows == b.box?.rows && a.box?.columns == b.box?.columns
    }

    /// Over share and box.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(share)
      hasher.combine(box?.rows)
      hasher.combine(box?.columns)
    }
  }

  /// What is drawn for a step of a run: mixup or cutmix where there are both, λ, and for cutmix the
  /// row and the column of the box's centre.
  ///
  /// Its half sides are ½·√(1 − λ) of the image's, rounded down, and what hangs over is cut off;
  /// λ is then the part that the box leaves.
  public func mix(seed: UInt64, step: Int, _ shape: ImageShape) -> Mix {
    var draws = RandomDraws(seed: seed, purpose: .mixing, step: step)
    let cuts = mixup == nil || (cutmix != nil && draws.integer(below: 2) == 1)
    let lambda = draws.beta((cuts ? cutmix : mixup) ?? 1)
    guard cuts else { return Mix(share: lambda, box: nil) }
    let half = 0.5 * (1 - lambda).squareRoot()
    func reach(_ count: Int) -> Range<Int> {
      let (centre, half) = (draws.integer(below: count), Int(half * Double(count)))
      return max(0, centre - half)..<min(count, centre + half)
    }
    let rows = reach(shape.height)
    let columns = reach(shape.width)
    let part = Double(rows.count * columns.count) / Double(shape.pixels)
    return Mix(share: 1 - part, box: (rows, columns))
  }
}

extension BatchMixing.Mix {
  /// Turns a row of a sample into that of the mixed one; `partner` is the same row of its partner.
  package func write(
    row: Int,
    _ partner: UnsafePointer<Float>,
    into sample: UnsafeMutablePointer<Float>,
    _ shape: ImageShape
  ) {
    if let box {
      guard box.rows.contains(row) else { return }
      let first = box.columns.lowerBound * shape.channels
      (sample + first).update(from: partner + first, count: box.columns.count * shape.channels)
      return
    }
    let (own, rest) = (Float(share), Float(1 - share))
    for i in 0..<shape.width * shape.channels { sample[i] = own * sample[i] + rest * partner[i] }
  }

  /// The target of a sample and its partner: the label with more weight counts as the right answer,
  /// of equal ones the sample's own.
  package func target(_ label: Int, partner: Int) -> SampleTarget {
    share >= 0.5
      ? SampleTarget(label, other: partner, weight: Float(share))
      : SampleTarget(partner, other: label, weight: Float(1 - share))
  }
}
