import Tensors

extension Network {
  /// Floats of activations and their gradients that training takes for each sample of a rank.
  ///
  /// Planned for one sample, without making anything; a batch takes so many times more, but for
  /// rounding.
  public static func arenaFloatsPerSample(_ model: Model) -> Int {
    let one = BatchLayout(lanes: 1, held: 0..<1, fullBatch: 1)
    let options = NetworkOptions()
    return NetworkPlan(options.applied(to: model), one, .training(.lanes(1)), options.fusions).arena
  }
}
