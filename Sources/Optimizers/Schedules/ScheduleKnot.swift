/// A multiplier and the epoch from which, or at which, it holds.
public struct ScheduleKnot: Hashable, Sendable, CustomStringConvertible {
  /// Epochs since the start of the run, perhaps fractional; the nearest step counts.
  public let epoch: Double
  /// η there.
  public let multiplier: Double

  /// The knot with these numbers.
  public init(epoch: Double, multiplier: Double) {
    (self.epoch, self.multiplier) = (epoch, multiplier)
  }

  /// Reads "80:0.1"; nil unless both are finite and not negative.
  public init?(_ text: some StringProtocol) {
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map {
      Double(String($0))
    }
    guard numbers.count == 2, let epoch = numbers[0], let multiplier = numbers[1],
      epoch.isFinite, multiplier.isFinite, epoch >= 0, multiplier >= 0
    else { return nil }
    self.init(epoch: epoch, multiplier: multiplier)
  }

  /// "80:0.1".
  public var description: String { "\(plain(epoch)):\(plain(multiplier))" }
}
