import Optimizers

extension Horizon {
  /// The steps that say most of a run, rising, at most 20: the first and the last, both sides of
  /// every turn of η, quarters and eighths between.
  public var tellingSteps: [Int] {
    var chosen: Set = [0, steps - 1]
    // Of many restarts the first ones.
    let turns = Set(schedule.turns + course.periodStarts).filter { $0 > 0 && $0 < steps }.sorted()
    for turn in turns where chosen.union([turn - 1, turn]).count <= 20 {
      chosen.formUnion([turn - 1, turn])
    }
    // k/8 of the steps, of which there may be more than an eighth of what integers count.
    let eighths = [4, 2, 6, 1, 3, 5, 7]
    let between = eighths.map { $0 * (steps / 8) + $0 * (steps % 8) / 8 }
    for (rank, step) in between.enumerated() where chosen.count < (rank < 3 ? 20 : 12) {
      chosen.insert(step)
    }
    return chosen.sorted()
  }

  /// The 0-based step at which an epoch, counted from 0 and perhaps fractional, begins: the
  /// nearest.
  public func step(ofEpoch epoch: Double) -> Int {
    Int((min(epoch, Double(schedule.epochs)) * Double(stepsPerEpoch)).rounded())
  }
}
