/// What a rank tells all others in a step's small reduction: one word, whose bits are OR-ed over
/// ranks.
///
/// All ranks read the same word, so what follows from it they do alike. Bits from 32 on say why the
/// run is to stop.
public struct StepFlags: OptionSet, Hashable, Sendable {
  /// The bits.
  public let rawValue: UInt64

  /// Flags of those bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The run is to end after this step; without a further bit because someone asked for it.
  public static let stop = StepFlags(rawValue: 1 << 0)
  /// The reason to stop is that the time allotted is running out.
  public static let timeIsUp = StepFlags(rawValue: 1 << 1)
  /// Samples of this step could not be read: its loss and gradients mean nothing.
  public static let readFailed = StepFlags(rawValue: 1 << 2)
  /// The state after this step is to be written.
  public static let saveDue = StepFlags(rawValue: 1 << 4)
}
