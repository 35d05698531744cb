import Datasets
import Foundation
import Networks
import Plans
import Runs
import Tensors

extension Evaluation {
  /// Models, images, and the plan that says how to compute: the run's own but for what the request
  /// says.
  ///
  /// Throws `Failure`: .usage for a request that cannot be met, .data for files that cannot be read
  /// or do not go together.
  static func open(_ request: Request) throws -> (
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
      try check(contents, of: file, source, like: members[0], of: files[0])
    }
    plan.kernels = request.kernels ?? plan.kernels
    plan.convolutions = request.convolutions ?? plan.convolutions
    plan.fusionsOff = request.fusionsOff ?? plan.fusionsOff
    return (members, source, plan)
  }

  /// Refuses a model that is not for these images, or not of the network of the `first`.
  private static func check(
    _ contents: ModelFile.Contents,
    of file: String,
    _ source: DataSource,
    like first: ModelFile.Contents,
    of firstFile: String
  ) throws {
    guard source.test.shape == contents.model.input,
      source.test.classes.count <= contents.metadata.classes.count
    else {
      throw Failure(
        .data,
        "\(file) is for \(contents.metadata.classes.count) classes of \(contents.model.input) images, "
          + "not \(source.test.classes.count) of \(source.test.shape)."
      )
    }
    guard contents.model.name == first.model.name,
      contents.metadata.classes == first.metadata.classes
    else { throw Failure(.data, "\(file) is of another network than \(firstFile).") }
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
}
