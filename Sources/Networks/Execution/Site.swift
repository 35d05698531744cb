import Kernels
import Tensors

/// Where an operation runs: pointers to all it reads and writes, valid as long as the network that
/// made it.
///
/// Values lie as [local sample][height][width][channels]; gradients have the shapes of their
/// values.
package final class Site {
  /// What all sites of a network have in common.
  struct Surroundings {
    let mode: NetworkMode
    let batch: BatchLayout
    let kernels: KernelSet
    let crossLane: (any CrossLaneSum)?
    let draws: StepDraws
    let shared: SharedScratch
    /// Floats from one lane's record to the next.
    let recordStride: Int
    /// What is taken of each lane; nil where nobody asks for it.
    var digests: LaneDigests?
  }

  /// The node's values.
  struct Values {
    /// The inputs, and where the output is stored, unless readers compute it.
    var x: [InputView]
    var y: Floats
    var isView: Bool
  }

  /// The gradients of the node's values; not read in inference.
  struct Gradients {
    /// Those of the inputs, nil where nobody needs one or it is the output's; whether another
    /// reader has written it before.
    var dx: [Floats?]
    var accumulates: [Bool]
    /// That of the output, and a factor for each sample.
    var dy: Floats
    var factors: Floats?
  }

  /// The node's tensors, and one whole-layout gradient for each tree node that this rank ever has.
  struct Parameters {
    var pointers: [Floats]
    var ranges: [Range<Int>]
    var gradients: [Floats]
  }

  /// Memory of the node's own, as its `Scratch` says.
  struct Own {
    var forward: Floats
    var backward: Floats
    var floats: Floats
    var doubles: UnsafeMutablePointer<Double>
    /// The node's part of the first local lane's record.
    var records: UnsafeMutablePointer<Double>
  }

  /// The shapes of the inputs and of the output.
  let inputs: [ImageShape]
  let output: ImageShape
  let x: [InputView]
  let y: Floats
  let isView: Bool
  let dx: [Floats?]
  let accumulates: [Bool]
  let dy: Floats
  let factors: Floats?
  let parameters: [Floats]
  let ranges: [Range<Int>]
  let gradients: [Floats]
  let own: Own
  /// The node's number among those of its kind, which keys its draws: no fusion changes it.
  let number: Int
  private let around: Surroundings

  init(
    _ around: Surroundings,
    shapes: (inputs: [ImageShape], output: ImageShape),
    _ values: Values,
    _ gradients: Gradients,
    _ parameters: Parameters,
    _ own: Own,
    number: Int
  ) {
    (self.around, self.number) = (around, number)
    (inputs, output) = shapes
    (x, y, isView) = (values.x, values.y, values.isView)
    (dx, accumulates) = (gradients.dx, gradients.accumulates)
    (dy, factors) = (gradients.dy, gradients.factors)
    (self.parameters, ranges) = (parameters.pointers, parameters.ranges)
    self.gradients = parameters.gradients
    self.own = own
  }

  var mode: NetworkMode { around.mode }
  var batch: BatchLayout { around.batch }
  var kernels: KernelSet { around.kernels }
  var crossLane: (any CrossLaneSum)? { around.crossLane }
  var digests: LaneDigests? { around.digests }
  /// The node's part of the record of a lane of the round.
  func record(_ lane: Int) -> UnsafeMutablePointer<Double> {
    own.records + (batch.firstLane + lane) * around.recordStride
  }
  /// Scratch of a thread.
  func workspace(_ member: Int) -> Floats {
    around.shared.workspace + member * around.shared.workspaceStride
  }
  /// Of a thread's, what lasts from the first samples of a chunk to the last.
  func sums(_ member: Int) -> Floats { workspace(member) + around.shared.sums }
  /// The memory of partial gradients.
  var slots: Floats { around.shared.slots }
  var slotStride: Int { around.shared.slotStride }

  /// The node's draws of the current step for a local sample, which counts by its place in the
  /// global batch; nil for one draw of the whole batch.
  func draws(_ purpose: DrawPurpose, sample: Int?) -> RandomDraws {
    RandomDraws(
      seed: around.draws.seed,
      purpose: purpose,
      site: number,
      sample: sample.map { batch.firstSample + $0 },
      step: around.draws.step
    )
  }

  /// The factor of a sample's gradient.
  func factor(_ sample: Int) -> Float { factors.map { $0[sample] } ?? 1 }

  /// A loop over this rank's samples.
  func images(
    _ kernel: String,
    _ fusion: Fusion = .chain,
    _ body: @escaping ThreadTeam.Body
  ) -> Stage {
    .images(kernel, fusion, body)
  }
}
