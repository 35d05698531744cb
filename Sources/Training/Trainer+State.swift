import Collectives
import DataParallel
import Datasets
import Networks
import Plans
import Runs
import Tensors

extension Trainer {
  /// Every tensor, in the model's layout.
  public var parameters: FloatBuffer { engine.parameters }
  /// The moving average of every tensor, where the plan wants one; complete after an evaluation.
  public var average: FloatBuffer? { engine.average?.values }
  /// The optimizer with this rank's state.
  public var optimizer: ShardedOptimizer { engine.optimizer }
  /// Lanes, buckets and slices of all ranks.
  public var reduction: ReductionPlan { engine.reduction }
  /// Bytes of activations and their gradients on this rank.
  public var arenaBytes: Int { engine.network.arenaFloats * MemoryLayout<Float>.stride }

  /// All that the run's future depends on, as this rank has it; between steps.
  public var state: TrainerState {
    TrainerState(progress: progress, pieces: engine.optimizer.pieces(model.layout))
  }

  /// Gives every rank the model's first parameters.
  func begin() throws {
    if communicator.rank == 0 { model.initialize(engine.parameters, seed: plan.seed) }
    try communicator.broadcast(engine.parameters.bytes, root: 0)
    engine.average?.begin()
  }

  /// Goes on from where another world was.
  ///
  /// Throws `Failure`: .data on all ranks when something is missing, .file when it cannot be read any
  /// more, .launch when a rank is lost.
  func takeUp(_ start: TrainerState) throws {
    engine.optimizer.restore(memory: start.progress.ruleMemory)
    try communicator.together {
      let missing = try engine.optimizer.restore(start.pieces, model.layout)
      if missing > 0 {
        throw Failure(
          .data,
          "the state after step \(start.progress.step) lacks \(missing) elements."
        )
      }
    }
    // What was the last step may be none any more: more epochs are planned.
    if calendar.end(of: progress) == nil, source.measured.split == .val {
      progress.test = EvaluationPair()
    }
    // A rank takes up the average of what it updates; a run that is over has no evaluation to come
    // that would bring the rest.
    try engine.optimizer.gatherAverage()
  }

  /// Writes the trace that --profile asks for, once; every rank calls it.
  ///
  /// Throws `Failure`: .file on all ranks where it cannot be written, .launch when a rank is lost.
  func writeProfile() throws {
    guard let path = plan.profile, let recorder, recorder.count > 0 else { return }
    (self.recorder, team.recorder) = (nil, nil)
    try StepTrace.write(
      recorder,
      stageNames: engine.network.stageNames,
      communicator,
      to: path
    )
  }
}
