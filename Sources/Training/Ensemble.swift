import Tensors

/// How the snapshots of a run become one answer.
public enum Ensemble: String, Sendable, CaseIterable {
  /// One model, whose every tensor, running statistics included, is the mean of theirs.
  case average
  /// Each answers, and the mean of their probabilities counts (Huang et al. 2017).
  case vote

  /// The mean of whole-layout buffers, element by element: summed in their order in Float64.
  static func mean(of members: [FloatBuffer]) -> FloatBuffer {
    let mean = FloatBuffer(count: members[0].count)
    for i in 0..<mean.count {
      var sum = 0.0
      for member in members { sum += Double(member.base[i]) }
      mean.base[i] = Float(sum / Double(members.count))
    }
    return mean
  }
}
