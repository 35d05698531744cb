import Checkpoints
import Collectives
import Datasets
import Foundation
import Kernels
import Networks
import Plans
import Runs
import Tensors

/// Evaluates a run's model or a safetensors file, on any number of ranks.
public enum Evaluation {
  /// What to evaluate and on what.
  public struct Request: Sendable {
    /// A run folder or a safetensors file.
    public var path: String
    /// "synthetic" or a folder; nil: the run's own data.
    public var data: String?
    /// The held-out part; nil: the run's own.
    public var valFraction: Double?
    /// Threads of a rank.
    public var threads: Int?
    /// The instruction set of the kernels; nil: what the run was told, or .auto for a file.
    public var kernels: KernelChoice?
    /// The way convolutions are computed; nil: the run's own, or .auto for a file.
    public var convolutions: ConvolutionChoice?
    /// What the planner may not put together; nil: the run's own, or nothing for a file.
    public var fusionsOff: Set<Fusion>?
    /// Allows ranks whose OpenBLAS kernels differ.
    public var allowMixedCPU: Bool
    /// How the snapshots of the run are put together; nil: its last model alone.
    public var ensemble: Ensemble?
    /// A safetensors file to write logits and labels into, in image order.
    public var logits: String?

    /// A request.
    public init(
      path: String,
      data: String?,
      valFraction: Double?,
      threads: Int?,
      kernels: KernelChoice? = nil,
      convolutions: ConvolutionChoice? = nil,
      fusionsOff: Set<Fusion>? = nil,
      allowMixedCPU: Bool = false,
      ensemble: Ensemble? = nil,
      logits: String?
    ) {
      (self.path, self.data, self.valFraction) = (path, data, valFraction)
      (self.threads, self.kernels) = (threads, kernels)
      (self.convolutions, self.fusionsOff) = (convolutions, fusionsOff)
      (self.allowMixedCPU, self.ensemble, self.logits) = (allowMixedCPU, ensemble, logits)
    }
  }

  /// Evaluates; every rank calls it and gets the same summary, or throws alike.
  public static func execute(_ request: Request, _ communicator: any Communicator) throws -> Summary
  {
    let (members, source, plan) = try communicator.together { try open(request) }
    let placement = try Placement(
      communicator,
      threads: request.threads,
      pin: true,
      kernels: plan.kernels,
      allowMixedCPU: request.allowMixedCPU
    )
    let team = placement.team(rank: communicator.rank)
    let (contents, buffers) = (members[0], members.map(\.parameters))
    // A vote puts its members' in there one after another.
    let parameters = request.ensemble == nil ? buffers[0] : Ensemble.mean(of: buffers)
    let evaluator = Evaluator(
      contents.model,
      parameters: parameters,
      dataset: source.test,
      normalization: contents.metadata.normalization,
      communicator: communicator,
      team: team,
      kernels: KernelSet(placement.level),
      options: plan.networkOptions
    )
    var logits = Array(
      repeating: Float(0),
      count: request.logits == nil ? 0 : source.test.count * contents.metadata.classes.count
    )
    let classes = contents.metadata.classes.count
    func collect(_ first: Int, _ values: UnsafeBufferPointer<Float>) {
      if !logits.isEmpty {
        logits.replaceSubrange(first * classes..<first * classes + values.count, with: values)
      }
    }
    let result: EvaluationResult
    if request.ensemble == .vote {
      result = try Vote(
        buffers,
        evaluator,
        parameters: parameters,
        classes: classes,
        dataset: source.test,
        communicator: communicator
      ).evaluate(logits: collect)
    } else {
      result = try evaluator.evaluate(logits: collect)
    }
    if let path = request.logits {
      let offsets = evaluator.imageOffsets.map { $0 * classes * MemoryLayout<Float>.stride }
      try logits.withUnsafeMutableBytes { try communicator.allGather($0, offsets: offsets) }
      try communicator.together {
        if communicator.rank == 0 { try write(logits, classes, source.test, to: path) }
      }
    }
    return Summary(
      model: contents.model.name,
      parameters: contents.model.layout.parameterCount,
      data: source.name,
      images: result.count,
      ensemble: request.ensemble,
      members: members.count,
      testLoss: result.loss,
      testAccuracy: result.accuracy,
      testAccuracy5: result.accuracy5
    )
  }

  /// Models, images, and the plan that says how to compute: the run's own but for what the request says.
  private static func open(_ request: Request) throws -> (
    [ModelFile.Contents], DataSource, TrainingPlan
  ) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: request.path, isDirectory: &isFolder) else {
      throw Failure(.data, "\(request.path): there is no such run folder or file.")
    }
    var plan = TrainingPlan()
    var files = [request.path]
    if isFolder.boolValue {
      files = try modelFiles(request)
      try PlanFile.apply("\(request.path)/plan.yaml", to: &plan, .data)
    } else if let ensemble = request.ensemble {
      throw Failure(
        .usage,
        "--ensemble \(ensemble.rawValue) is for a run folder with snapshots, and \(request.path) is "
          + "a single file."
      )
    } else if request.data == nil {
      throw Failure(
        .usage,
        "\(request.path) is a single file: say with --data what to evaluate it on."
      )
    }
    let members = try files.map(ModelFile.read)
    let own = request.data == nil
    let source = try openDataSource(
      DataRequest(
        path: request.data ?? plan.data,
        valFraction: request.valFraction ?? (own ? plan.valFraction : nil)
      )
    )
    for (file, contents) in zip(files, members) {
      guard source.test.shape == contents.model.input,
        source.test.classes.count <= contents.metadata.classes.count
      else {
        throw Failure(
          .data,
          "\(file) is for \(contents.metadata.classes.count) classes of \(contents.model.input) images, not "
            + "\(source.test.classes.count) of \(source.test.shape)."
        )
      }
      guard contents.model.name == members[0].model.name,
        contents.metadata.classes == members[0].metadata.classes
      else { throw Failure(.data, "\(file) is of another network than \(files[0]).") }
    }
    plan.kernels = request.kernels ?? plan.kernels
    plan.convolutions = request.convolutions ?? plan.convolutions
    plan.fusionsOff = request.fusionsOff ?? plan.fusionsOff
    return (members, source, plan)
  }

  /// The files of a run folder that the request wants evaluated.
  private static func modelFiles(_ request: Request) throws -> [String] {
    let path = request.path
    if let ensemble = request.ensemble {
      let snapshots = SnapshotFile.names(in: path)
      if snapshots.isEmpty {
        throw Failure(
          .usage,
          "--ensemble \(ensemble.rawValue): \(path) has no snapshots, which only a run with --sched "
            + "warm-restarts leaves, one at the end of each period."
        )
      }
      return snapshots.map { "\(path)/\($0)" }
    }
    let file = "\(path)/\(ModelFile.name)"
    guard FileManager.default.fileExists(atPath: file) else {
      throw Failure(
        .data,
        "\(path) holds no \(ModelFile.name): it is no run folder, or its run did not end."
      )
    }
    return [file]
  }

  private static func write(
    _ logits: [Float],
    _ classes: Int,
    _ images: any ImageDataset,
    to path: String
  ) throws {
    let labels = (0..<images.count).map { Int64(images.label($0)) }
    let tensors = [
      "logits": Safetensors.Tensor(shape: [images.count, classes], values: .float(logits)),
      "labels": Safetensors.Tensor(shape: [images.count], values: .integer(labels)),
    ]
    try Safetensors(tensors: tensors, metadata: [:]).write(to: path)
  }
}
