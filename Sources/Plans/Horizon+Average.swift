import Tensors

extension Horizon {
  /// What the first weights may still be of the moving average when it is used.
  private static let coldShare = 0.01

  /// Whether the moving average has forgotten the first, random weights after `step` steps: they are
  /// decay^step of it, which is to be at most a hundredth; false without an average.
  public func averageIsWarm(after step: Int) -> Bool {
    averageDecay.map { Elementary.power($0, step) <= Self.coldShare } ?? false
  }

  /// A sentence where the run ends before its average is warm.
  var coldAverageWarning: [String] {
    guard let decay = averageDecay, steps > 0, !averageIsWarm(after: steps) else { return [] }
    let share = significant(100 * Elementary.power(decay, steps))
    let needed = Int((Elementary.log(Self.coldShare) / Elementary.log(decay)).rounded(.up))
    let fitting = Elementary.exp(Elementary.log(Self.coldShare) / Double(steps))
    return [
      "--ema \(decay) does not warm up: after the \(steps) steps of this run the first, random "
        + "weights are still \(share) % of the average. Below 1 % they come after \(needed) steps, "
        + "or with --ema \(significant(fitting)); model.safetensors is recommended."
    ]
  }
}
