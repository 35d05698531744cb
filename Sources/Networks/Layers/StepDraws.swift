import Tensors

/// What keys a network's random draws besides their place in it: the run's seed and the number of
/// the update.
///
/// Sites read it when their stages run, so a new step allocates nothing and no draw depends on who
/// computes it.
final class StepDraws {
  /// Key of every draw.
  let seed: UInt64
  /// The number of the update, from 0; the caller sets it before forward.
  var step = 0

  /// The draws of a run, at its first update.
  init(seed: UInt64) { self.seed = seed }
}
