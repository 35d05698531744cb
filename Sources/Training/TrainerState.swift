import Checkpoints
import Runs

/// All that a run's future depends on, as one rank has it between two steps.
///
/// The states of all ranks together have every element once, so a world of another size can go on
/// from them.
public struct TrainerState: Sendable {
  /// How far the run is; the same on every rank.
  public var progress: RunProgress
  /// This rank's part of parameters, running statistics, optimizer state and moving average, as
  /// views: a further step changes what they show.
  public var pieces: [StatePiece]
  /// A hash of which images the last step took, as `SampleLoader` has it; nil where the plan that
  /// goes on is the one that took it.
  var order: UInt64?

  /// A state of those parts.
  public init(progress: RunProgress, pieces: [StatePiece]) {
    (self.progress, self.pieces) = (progress, pieces)
  }
}
