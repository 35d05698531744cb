import Networks
import Tensors
import TestSupport

/// Logits, records and gradients of a step, as bits.
struct StepBits: Equatable {
  var logits: [UInt32] = []
  var records: [UInt64] = []
  var gradient: [UInt32] = []

  init(_ rig: NetworkRig) {
    logits = rig.logits.map(\.bitPattern)
    let count = rig.network.recordWidth * rig.batch.localPresent
    records = (0..<count).map { rig.network.records[$0].bitPattern }
    gradient = rig.gradients.flatMap { $0.elements.map(\.bitPattern) }
  }

  /// What differs, nil where nothing does; shorter than what a failed `==` prints.
  func difference(from other: StepBits) -> String? {
    if self == other { return nil }
    if logits != other.logits { return "the logits differ" }
    if records != other.records { return "the records differ" }
    let at = zip(gradient, other.gradient).enumerated().first { $0.element.0 != $0.element.1 }
    return "the gradients differ from element \(at?.offset ?? 0)"
  }
}
