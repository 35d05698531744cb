import Tensors

/// The stages between forward and backward: the loss of every sample and its gradient, and the sums of each lane.
enum LossStages {
  /// Their kernels, for a trial without memory.
  static let kernels = ["cross-entropy", "cross-entropy.lanes"]

  /// What they read and write besides logits and their gradient.
  struct Memory {
    /// A label for each local sample, and its loss and whether it is right.
    let labels: UnsafeMutablePointer<Int32>
    let losses: UnsafeMutablePointer<Double>
    /// For each lane of this rank a record that begins with loss sum and right answers.
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
    let (labels, losses, records) = (memory.labels, memory.losses, memory.records)
    let (classes, width) = (loss.classes, memory.recordWidth)
    return [
      .items(kernels[0], { batch.localSamples }) { sample, _ in
        let result = loss.evaluate(
          logits + sample * classes,
          label: Int(labels[sample]),
          gradient: gradient.map { $0 + sample * classes }
        )
        losses[2 * sample] = result.loss
        losses[2 * sample + 1] = result.correct ? 1 : 0
      },
      .items(kernels[1], { batch.localPresent }) { lane, _ in
        let record = records + (batch.firstLane + lane) * width
        (record[0], record[1]) = (0, 0)
        for sample in batch.starts[lane]..<batch.starts[lane + 1] {
          record[0] += losses[2 * sample]
          record[1] += losses[2 * sample + 1]
        }
      },
    ]
  }
}
