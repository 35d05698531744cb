import Tensors

/// η and the normalised decay as the code of the AdamW paper's authors has them
/// (github.com/loshchil/AdamW-and-SGDW, train.lua).
///
/// It counts epochs and batches from 1 and keeps a running sum: before every batch T ← min(1, T +
/// 1/(Te·nBatches)) in Float64, and if T = 1 in the epoch in which a restart is due, T ← 0, Te ←
/// Te·Tmult, the next one due Te epochs later. η = ½(1 + cos(π·T)). Rounding decides whether the
/// sum reaches 1 in the last batch of a period or one later, so it is replayed: once through the
/// whole run for what stands at the start of each epoch, and from there inside the epoch.
public struct AuthorsSchedule: Hashable, Sendable {
  /// What -lrShape, -LRdec, -Te and -Tmult choose.
  public enum Shape: Hashable, Sendable {
    /// A cosine over `epochs` epochs, which restarts and is `factor` times as long each time;
    /// without restarts the run's epochs.
    case cosine(epochs: Int, factor: Double)
    /// η = 1, the decay being that of `epochs` epochs.
    case fixed(epochs: Int)
    /// η falls tenfold in epochs 81 and 122, and nothing decays, whatever the rule.
    case multistep
  }

  /// What begins at a restart, and at the start of the run.
  public struct Period: Hashable, Sendable {
    /// Its first step, from 0.
    public let firstStep: Int
    /// Te, from which the decay follows.
    public let epochs: Double
  }

  /// What the running sum is before a batch.
  private struct Course: Hashable, Sendable {
    /// T.
    var progress = 0.0
    /// Te.
    var epochs: Double
    /// EpochNext, the epoch in which a restart is due.
    var next: Double

    init(epochs: Int) { (self.epochs, next) = (Double(epochs), Double(1 + epochs)) }

    /// η.
    var multiplier: Double { 0.5 * (1 + Elementary.cosPi(progress)) }

    /// Goes to the next batch, in `epoch`, counted from 1; true if it restarts.
    mutating func advance(epoch: Int, batches: Int, factor: Double) -> Bool {
      progress = min(1, progress + 1 / (epochs * Double(batches)))
      guard progress >= 1, Double(epoch) == next else { return false }
      progress = 0
      epochs *= factor
      next += epochs
      return true
    }
  }

  /// The shape.
  public let shape: Shape
  /// nBatches, the batches of an epoch, the last perhaps short.
  public let batchesPerEpoch: Int
  /// The periods between restarts; one, Te = 0, under multistep, which knows none.
  public let periods: [Period]
  /// The sum before the first batch of each epoch; empty where there is no cosine.
  private let starts: [Course]

  /// The schedule of a run of `epochs` epochs.
  public init(_ shape: Shape, epochs: Int, batchesPerEpoch: Int) {
    (self.shape, self.batchesPerEpoch) = (shape, batchesPerEpoch)
    switch shape {
    case .multistep: (periods, starts) = ([Period(firstStep: 0, epochs: 0)], [])
    case .fixed(let length):
      (periods, starts) = ([Period(firstStep: 0, epochs: Double(length))], [])
    case .cosine(let length, let factor):
      var periods = [Period(firstStep: 0, epochs: Double(length))]
      var (starts, course) = ([Course](), Course(epochs: length))
      for epoch in 0..<epochs {
        starts.append(course)
        for batch in 0..<batchesPerEpoch
        where course.advance(epoch: epoch + 1, batches: batchesPerEpoch, factor: factor) {
          let step = epoch * batchesPerEpoch + batch
          periods.append(Period(firstStep: step, epochs: course.epochs))
        }
      }
      (self.periods, self.starts) = (periods, starts)
    }
  }

  /// η at 0-based step `step` of the run.
  public func multiplier(at step: Int) -> Double {
    let epoch = step / batchesPerEpoch
    guard case .cosine(_, let factor) = shape else { return level(inEpoch: epoch) }
    precondition(epoch < starts.count, "the sum is known for the run's steps alone")
    var course = starts[epoch]
    for _ in 0...step % batchesPerEpoch {
      _ = course.advance(epoch: epoch + 1, batches: batchesPerEpoch, factor: factor)
    }
    return course.multiplier
  }

  /// η at the steps of an epoch, counted from 0: what `multiplier` says one by one, in one replay.
  public func multipliers(inEpoch epoch: Int) -> [Double] {
    guard case .cosine(_, let factor) = shape else {
      return Array(repeating: level(inEpoch: epoch), count: batchesPerEpoch)
    }
    var course = starts[epoch]
    return (0..<batchesPerEpoch).map { _ in
      _ = course.advance(epoch: epoch + 1, batches: batchesPerEpoch, factor: factor)
      return course.multiplier
    }
  }

  /// η in an epoch, counted from 0, where there is no cosine.
  private func level(inEpoch epoch: Int) -> Double {
    guard shape == .multistep else { return 1 }
    return Elementary.power(0.1, epoch + 1 >= 122 ? 2 : epoch + 1 >= 81 ? 1 : 0)
  }

  /// The place in `periods` of the period that holds 0-based step `step`; a restart belongs to the
  /// new one.
  public func period(at step: Int) -> Int {
    (periods.lastIndex { $0.firstStep <= step }) ?? 0
  }

  /// λ = λ_norm/√(nBatches·Te) in a period of `periods`; 0 under multistep.
  public func decay(normalized: Double, period: Int) -> Double {
    if shape == .multistep { return 0 }
    return normalized / (Double(batchesPerEpoch) * periods[period].epochs).squareRoot()
  }
}
