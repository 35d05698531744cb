import Tensors

/// The stages between forward and backward: the loss of every sample and its gradient, and the sums
/// of each lane.
enum LossStages {
  /// Their kernels, for a trial without memory.
  static let kernels = ["cross-entropy", "cross-entropy.lanes"]

  /// Numbers that a lane's record begins with, and that a sample has: loss, right answer, answer
  /// not far off.
  static let width = LaneRecord.sums

  /// What they read and write besides logits and their gradient.
  struct Memory {
    /// A target for each local sample, and `width` numbers.
    let targets: UnsafeMutablePointer<SampleTarget>
    let losses: UnsafeMutablePointer<Double>
    /// For each lane of this rank a record that begins with their sums.
    let records: UnsafeMutablePointer<Double>
    let recordWidth: Int
  }

  /// The stages; `gradient` is that of the logits, nil in inference.
  static func all(
    _ loss: SoftmaxCrossEntropy,
    _ gradient: Floats?,
    _ batch: BatchLayout,
    _ logits: Floats,
    _ memory: Memory
  ) -> [Stage] {
    let (targets, losses, records) = (memory.targets, memory.losses, memory.records)
    let (classes, stride) = (loss.classes, memory.recordWidth)
    return [
      .items(kernels[0], { batch.localSamples }) { sample, _ in
        let result = loss.evaluate(
          logits + sample * classes,
          target: targets[sample],
          gradient: gradient.map { $0 + sample * classes }
        )
        let numbers = losses + width * sample
        (numbers[0], numbers[1]) = (result.loss, result.correct ? 1 : 0)
        numbers[2] = result.near ? 1 : 0
      },
      .items(kernels[1], { batch.localPresent }) { lane, _ in
        let record = records + (batch.firstLane + lane) * stride
        for k in 0..<width { record[k] = 0 }
        for sample in batch.starts[lane]..<batch.starts[lane + 1] {
          for k in 0..<width { record[k] += losses[width * sample + k] }
        }
      },
    ]
  }
}
