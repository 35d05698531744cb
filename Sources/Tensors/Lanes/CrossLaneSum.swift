/// How two records of Float64 are put together.
public enum RecordMerge: Sendable {
  /// Element by element.
  case sum
  /// (n, mean…, M2…) of two disjoint sets of values, k channels in 1 + 2k numbers (Chan, Golub,
  /// LeVeque 1979).
  case moments

  /// Puts the record `other` behind `record`, in place.
  public func merge(
    _ record: UnsafeMutablePointer<Double>,
    _ other: UnsafePointer<Double>,
    width: Int
  ) {
    switch self {
    case .sum:
      for i in 0..<width { record[i] += other[i] }
    case .moments:
      let (a, b) = (record[0], other[0])
      let n = a + b
      let channels = (width - 1) / 2
      let (weight, cross) = (b / n, a * b / n)
      for c in 1...channels {
        let delta = other[c] - record[c]
        record[c] += delta * weight
        record[c + channels] += other[c + channels] + delta * delta * cross
      }
      record[0] = n
    }
  }
}

/// Sums over lanes in the canonical tree, on whatever ranks those lanes are.
///
/// Networks needs it inside forward and backward (BatchNorm over the whole batch) and may not see
/// Collectives: it is given one.
public protocol CrossLaneSum: AnyObject {
  /// Replaces the record of every present lane of this rank by the canonical total over that lane's
  /// group.
  ///
  /// `records` holds `width` numbers for each lane of this rank, in lane order. Groups are
  /// `lanesPerGroup` consecutive lanes (it divides the number of lanes); every rank must call with
  /// the same arguments, ranks without a present lane too. Throws when a rank is lost. `width` is
  /// at most the width announced before the first step.
  func total(
    _ records: UnsafeMutablePointer<Double>,
    width: Int,
    lanesPerGroup: Int,
    merge: RecordMerge
  ) throws
}
