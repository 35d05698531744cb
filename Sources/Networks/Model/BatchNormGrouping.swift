import Tensors

/// Over which samples BatchNorm takes its statistics in training.
public enum BatchNormGrouping: Hashable, Sendable {
  /// Over groups of so many whole lanes: L of them is the whole global batch.
  case lanes(Int)
  /// Over so many equal parts of each lane: 1 is what DistributedDataParallel does.
  case parts(Int)

  /// Lanes whose records are put together.
  public var lanesPerGroup: Int {
    if case .lanes(let n) = self { n } else { 1 }
  }

  /// Groups, or pieces of one group, inside a lane.
  var cellsPerLane: Int {
    if case .parts(let n) = self { n } else { 1 }
  }

  /// The local samples of a cell: the `part`-th part of a local lane.
  func samples(_ batch: BatchLayout, lane: Int, part: Int) -> Range<Int> {
    let start = batch.starts[lane]
    let own = share(part, of: cellsPerLane, total: batch.starts[lane + 1] - start)
    return start + own.lowerBound..<start + own.upperBound
  }

  /// The cell that a local sample is in, numbered lane by lane.
  func cell(_ batch: BatchLayout, ofSample sample: Int) -> Int {
    let lane = batch.lane(ofSample: sample)
    let parts = cellsPerLane
    if parts == 1 { return lane }
    let index = sample - batch.starts[lane]
    let (size, longer) = (batch.starts[lane + 1] - batch.starts[lane])
      .quotientAndRemainder(dividingBy: parts)
    let part =
      index < longer * (size + 1)
      ? index / (size + 1) : longer + (index - longer * (size + 1)) / size
    return lane * parts + part
  }
}
