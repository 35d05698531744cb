import Kernels
import Tensors

/// How the result of a node can be read when its stages of forward have run, by somebody who only
/// looks at it.
struct NodeResult {
  /// The node's name.
  let layer: String
  let shape: ImageShape
  let view: InputView
  let kernels: KernelSet

  /// Whether the first value of a local sample that is not finite is no number; nil where all are
  /// finite.
  ///
  /// `copy` has room for a sample.
  func nonFinite(_ sample: Int, copy: Floats) -> Bool? {
    let stored = UnsafePointer(view.base + sample * shape.count)
    let values = view.seen(stored, of: sample, shape, kernels, copy: copy)
    return UnsafeBufferPointer(start: values, count: shape.count).first { !$0.isFinite }?.isNaN
  }
}
