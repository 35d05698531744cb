import Tensors

/// η and the normalised decay as the code of the AdamW paper's authors has them
/// (github.com/loshchil/AdamW-and-SGDW, train.lua).
///
/// It counts epochs and batches from 1 and keeps a running sum: before every batch T ← min(1, T +
/// 1/(Te·nBatches)) in Float64, and if T = 1 in the epoch in which a restart is due, T ← 0, Te ←
/// Te·Tmult, the next one due Te epochs later. η = ½(1 + cos(π·T)). Rounding decides whether the
/// sum reaches 1 in the last batch of a period or one later, so that sum is what is computed here, to
/// the bit (`RepeatedSum`).
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

  /// The shape.
  public let shape: Shape
  /// nBatches, the batches of an epoch, the last perhaps short.
  public let batchesPerEpoch: Int
  /// The periods between restarts; one, Te = 0, under multistep, which knows none.
  public let periods: [Period]

  /// The schedule of a run of `epochs` epochs.
  public init(_ shape: Shape, epochs: Int, batchesPerEpoch: Int) {
    (self.shape, self.batchesPerEpoch) = (shape, batchesPerEpoch)
    switch shape {
    case .multistep: periods = [Period(firstStep: 0, epochs: 0)]
    case .fixed(let length): periods = [Period(firstStep: 0, epochs: Double(length))]
    case .cosine(let length, let factor):
      var (found, next) = ([Period(firstStep: 0, epochs: Double(length))], Double(1 + length))
      // EpochNext, the epoch in which a restart is due, may be no whole number: then none comes.
      while next <= Double(epochs), next == next.rounded(), let last = found.last,
        let restart = Self.restart(
          after: last,
          isFirst: found.count == 1,
          epoch: Int(next),
          batches: batchesPerEpoch
        )
      {
        found.append(Period(firstStep: restart, epochs: last.epochs * factor))
        next += last.epochs * factor
      }
      periods = found
    }
  }

  /// The step of the restart in `epoch`, counted from 1, where T has come to 1 by then; nil where it
  /// has not.
  private static func restart(
    after period: Period,
    isFirst: Bool,
    epoch: Int,
    batches: Int
  ) -> Int? {
    let sum = RepeatedSum(part: 1 / (period.epochs * Double(batches)))
    guard let length = sum.length else { return nil }
    let first = (epoch - 1) * batches
    let restart = max(first, period.firstStep + length - (isFirst ? 1 : 0))
    return restart < first + batches ? restart : nil
  }

  /// T in a period of the cosine, as a sum.
  func sum(ofPeriod number: Int) -> RepeatedSum {
    RepeatedSum(part: 1 / (periods[number].epochs * Double(batchesPerEpoch)))
  }

  /// The additions that the first step of a period comes behind: T moves before the first batch of
  /// all, and is put to 0 at a restart.
  func additions(beforePeriod number: Int) -> Int { number == 0 ? 1 : 0 }

  /// T at 0-based step `step` of the run.
  private func progress(at step: Int) -> Double {
    let number = period(at: step)
    let additions = step - periods[number].firstStep + additions(beforePeriod: number)
    return sum(ofPeriod: number).value(after: additions)
  }

  /// η at 0-based step `step` of the run.
  public func multiplier(at step: Int) -> Double {
    guard case .cosine = shape else { return level(inEpoch: step / batchesPerEpoch) }
    return 0.5 * (1 + Elementary.cosPi(progress(at: step)))
  }

  /// η at the steps of an epoch, counted from 0: what `multiplier` says one by one, in one go.
  public func multipliers(inEpoch epoch: Int) -> [Double] {
    guard case .cosine = shape else {
      return Array(repeating: level(inEpoch: epoch), count: batchesPerEpoch)
    }
    let first = epoch * batchesPerEpoch
    var (sum, number) = (progress(at: first), period(at: first))
    return (first..<first + batchesPerEpoch).map { step in
      if step > first {
        let restarts = number + 1 < periods.count && periods[number + 1].firstStep == step
        if restarts { number += 1 }
        sum = restarts ? 0 : min(1, sum + self.sum(ofPeriod: number).part)
      }
      return 0.5 * (1 + Elementary.cosPi(sum))
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
    // The first period that begins after the step, by halving.
    var (low, high) = (1, periods.count)
    while low < high {
      let middle = (low + high) / 2
      if periods[middle].firstStep <= step { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  /// λ = λ_norm/√(nBatches·Te) in a period of `periods`; 0 under multistep.
  public func decay(normalized: Double, period: Int) -> Double {
    if shape == .multistep { return 0 }
    return normalized / (Double(batchesPerEpoch) * periods[period].epochs).squareRoot()
  }
}
