import Collectives
import Datasets
import Plans
import Tensors

/// Refuses a run whose ranks were given different plans or different data, which no other check
/// would see.
///
/// Parameters stay equal when one rank trains on a stale copy of the images or with another seed;
/// only the result is wrong.
package enum SameEverywhere {
  /// Throws on all ranks alike, a usage failure, when a field that is no rank's own differs between
  /// ranks.
  package static func check(_ plan: TrainingPlan, _ communicator: any Communicator) throws {
    let fields = PlanField.all.filter { !$0.isLocal }
    // No argument holds a zero byte.
    let mark: Character = "\0"
    let own = fields.map { $0.get(plan) ?? "nothing" }.joined(separator: "\(mark)")
    let all = try communicator.allGather(own)
    guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
    let values = [other, 0].map { all[$0].split(separator: mark, omittingEmptySubsequences: false) }
    for (field, (theirs, first)) in zip(fields, zip(values[0], values[1])) where theirs != first {
      throw Failure(
        .usage,
        "--\(field.flag) is \(theirs) for rank \(other) on \(communicator.hosts[other]) but "
          + "\(first) for rank 0 on \(communicator.hosts[0]): every rank needs the same plan.",
        isAgreed: true
      )
    }
  }

  /// Throws on all ranks alike when the images that ranks have opened differ: in number, labels, or
  /// 256 sampled images.
  package static func check(_ source: DataSource, _ communicator: any Communicator) throws {
    for (name, dataset) in [("training", source.train), ("test", source.test)] {
      let own = try communicator.together { try fingerprint(dataset) }
      let all = try communicator.allGather([dataset.count, own])
      if let other = all.firstIndex(where: { $0 != all[0] }) {
        throw Failure(
          .data,
          "the \(name) images of rank \(other) on \(communicator.hosts[other]) (\(all[other][0])) are "
            + "not those of rank 0 on \(communicator.hosts[0]) (\(all[0][0])): every rank needs the "
            + "same data.",
          isAgreed: true
        )
      }
    }
  }

  /// FNV-1a over every label and 256 images evenly spread; throws what an unreadable one throws.
  private static func fingerprint(_ dataset: any ImageDataset) throws(Failure) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func take(_ byte: some BinaryInteger) {
      hash = (hash ^ UInt64(truncatingIfNeeded: byte)) &* 0x100_0000_01b3
    }
    for index in 0..<dataset.count { take(dataset.label(index)) }
    var pixels = [UInt8](repeating: 0, count: dataset.shape.count)
    for sample in 0..<min(256, dataset.count) {
      try pixels.withUnsafeMutableBufferPointer { buffer throws(Failure) in
        guard let base = buffer.baseAddress else { return }
        try dataset.readPixels(sample * dataset.count / min(256, dataset.count), into: base)
      }
      for byte in pixels { take(byte) }
    }
    return Int(truncatingIfNeeded: hash)
  }
}
