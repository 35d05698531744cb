import Tensors
import Kernels

/// Where an operation runs: pointers to all it reads and writes, valid as long as the network that made it.
///
/// Values lie as [local sample][height][width][channels]; gradients have the shapes of their values.
package final class Site {
  let mode: NetworkMode
  let batch: BatchLayout
  let kernels: KernelSet
  let crossLane: (any CrossLaneSum)?
  /// The shapes of the inputs and of the output.
  let inputs: [ImageShape]
  let output: ImageShape
  /// The values: inputs and output.
  let x: [Floats]
  let y: Floats
  /// The gradients of the inputs, nil where nobody needs one; `accumulates[i]` says that another consumer has written it before.
  let dx: [Floats?]
  let accumulates: [Bool]
  /// The gradient of the output; only in training.
  let dy: Floats
  /// The operation's tensors, and their ranges in the layout.
  let parameters: [Floats]
  let ranges: [Range<Int>]
  /// One whole-layout gradient for each tree node of this rank.
  let gradients: [Floats]
  /// The memory of `Scratch`.
  let workspace: Floats
  let workspaceStride: Int
  let slots: Floats
  let slotStride: Int
  let floats: Floats
  let doubles: UnsafeMutablePointer<Double>
  /// The node's part of a local lane's record is at `records + lane * recordStride`.
  let records: UnsafeMutablePointer<Double>
  let recordStride: Int

  init(
    mode: NetworkMode,
    batch: BatchLayout,
    kernels: KernelSet,
    crossLane: (any CrossLaneSum)?,
    shapes: (inputs: [ImageShape], output: ImageShape),
    values: (x: [Floats], y: Floats),
    gradientsOfValues: (dx: [Floats?], accumulates: [Bool], dy: Floats),
    parameters: (pointers: [Floats], ranges: [Range<Int>], gradients: [Floats]),
    shared: SharedScratch,
    own: (floats: Floats, doubles: UnsafeMutablePointer<Double>),
    records: (base: UnsafeMutablePointer<Double>, stride: Int)
  ) {
    (self.mode, self.batch, self.kernels, self.crossLane) = (mode, batch, kernels, crossLane)
    (inputs, output) = shapes
    (x, y) = values
    (dx, accumulates, dy) = gradientsOfValues
    (self.parameters, ranges, gradients) = parameters
    (workspace, workspaceStride) = (shared.workspace, shared.workspaceStride)
    (slots, slotStride) = (shared.slots, shared.slotStride)
    (floats, doubles) = own
    (self.records, recordStride) = records
  }

  /// A loop over this rank's samples.
  func images(_ kernel: String, _ body: @escaping ThreadTeam.Body) -> Stage {
    .items(kernel, { [batch] in batch.localSamples }, body)
  }
}
