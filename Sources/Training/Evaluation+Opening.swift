import Datasets
import Networks
import Plans
import Runs
import Tensors

extension Evaluation {
  /// What an evaluation is of.
  struct Opened {
    var members: [ModelFile.Contents]
    /// The data's name.
    var source: String
    var split: EvaluationSplit
    var images: any ImageDataset
    /// How to compute: the run's own plan but for what the request says.
    var plan: TrainingPlan
    /// What the run's test images were; nil where others are evaluated on, or nobody knows.
    var testDigest: String?
    /// What the run was trained on, where its mean image is not in what was read.
    var training: DataRequest?
    /// What is to be said of it.
    var warnings: [String] = []
  }

  /// Opens models and images, and the plan that says how to compute.
  ///
  /// Throws `Failure`: .usage for a request that cannot be met, .data for files that cannot be read
  /// or do not go together, and on rank 0 .file for logits that cannot be written.
  static func open(_ request: Request, rank: Int, of ranks: Int) throws -> Opened {
    guard let status = try FileStatus(request.path) else {
      throw Failure(.data, "\(request.path): there is no such run folder or file.")
    }
    var plan = TrainingPlan()
    var files = [request.path]
    let isCheckpoint = try status.isFolder && CheckpointModel.isOne(request.path)
    if isCheckpoint, request.ensemble == nil {
      try PlanFile.apply("\(CheckpointModel.run(of: request.path))/plan.yaml", to: &plan, .data)
    } else if status.isFolder, !isCheckpoint {
      files = try modelFiles(request)
      try PlanFile.apply("\(request.path)/plan.yaml", to: &plan, .data)
    } else if let ensemble = request.ensemble {
      throw Failure(
        .usage,
        "--ensemble \(ensemble.rawValue) is for a run folder with snapshots, and \(request.path) is "
          + "a single \(isCheckpoint ? "checkpoint" : "file")."
      )
    } else if request.data == nil {
      throw Failure(
        .usage,
        "\(request.path) is a single file: say with --data what to evaluate it on."
      )
    }
    // What is read may take long.
    if rank == 0, let logits = request.logits {
      let data = request.data ?? plan.data
      try SideFile.admit(logits, flag: "logits", run: request.path, data: data)
    }
    let members =
      try isCheckpoint
      ? [CheckpointModel.read(request.path, verifying: (rank, ranks))] : files.map(ModelFile.read)
    var opened = try Self.images(request, members, plan)
    let first = members[0].metadata
    if first.meanImage != nil, first.normalization.image == nil {
      opened.training = plan.dataRequest
    }
    for (file, contents) in zip(files, members) {
      let warning = try check(
        contents,
        of: file,
        opened.images,
        request,
        like: members[0],
        files[0]
      )
      if let warning, opened.warnings.isEmpty { opened.warnings.append(warning) }
    }
    if status.isFolder && request.data == nil {
      let record = try? JSONFile.read(RunRecord.self, from: "\(request.path)/\(RunRecord.name)")
      opened.testDigest = record?.data?.test
    }
    opened.plan.valFraction = request.valFraction ?? plan.valFraction
    opened.plan.allowMixedCPU = request.allowMixedCPU
    opened.plan.kernels = request.kernels ?? plan.kernels
    opened.plan.convolutions = request.convolutions ?? plan.convolutions
    opened.plan.fusionsOff = request.fusionsOff ?? plan.fusionsOff
    return opened
  }

  /// The images of the split that the request wants: the test images where it does not say and there
  /// are such, but for one that holds images out.
  private static func images(
    _ request: Request,
    _ members: [ModelFile.Contents],
    _ plan: TrainingPlan
  ) throws -> Opened {
    var split = request.split ?? (request.valFraction == nil ? .test : .val)
    if split == .test, let fraction = request.valFraction {
      throw Failure(
        .usage,
        "--val-fraction \(fraction) holds training images out, and --split test is on others."
      )
    }
    let own = request.data == nil ? plan.valFraction : nil
    var wanted = plan.dataRequest
    wanted.path = request.data ?? plan.data
    wanted.trainFraction = nil
    wanted.valFraction = split == .val ? request.valFraction ?? own : nil
    let source = try openDataSource(wanted)
    // Folders of pictures may have val/ and no test/.
    if request.split == nil, source.test == nil { split = .val }
    guard let images = source.images(of: split) else {
      throw Failure(
        .usage,
        split == .test
          ? "--split test: \(wanted.path) holds no test images; --split val evaluates on others."
          : "--split val: \(request.path) held no images out; say with --val-fraction which part."
      )
    }
    return Opened(members: members, source: source.name, split: split, images: images, plan: plan)
  }

  /// Refuses a model that is not for these images, or not of the network of the `first`; what is to
  /// be said of one that is let through.
  private static func check(
    _ contents: ModelFile.Contents,
    of file: String,
    _ images: any ImageDataset,
    _ request: Request,
    like first: ModelFile.Contents,
    _ firstFile: String
  ) throws -> String? {
    let classes = contents.metadata.classes
    guard images.shape == contents.model.input, images.classes.count == classes.count else {
      throw Failure(
        .data,
        "\(file) is for \(classes.count) classes of \(contents.model.input) images, "
          + "not \(images.classes.count) of \(images.shape)."
      )
    }
    guard contents.model.name == first.model.name, classes == first.metadata.classes
    else { throw Failure(.data, "\(file) is of another network than \(firstFile).") }
    let names = ClassNames(model: classes, images: images.classes)
    guard let difference = names.difference else { return nil }
    if request.allowOtherClasses { return "\(file): \(difference); they count by number." }
    throw Failure(
      .data,
      "\(file): \(difference), so that right answers would count as wrong: add "
        + "--allow-other-classes to count them by number."
    )
  }

  /// The files of a run folder that the request wants evaluated.
  private static func modelFiles(_ request: Request) throws -> [String] {
    let path = request.path
    if let ensemble = request.ensemble {
      let snapshots = try SnapshotFile.names(in: path)
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
    let newest = try CheckpointFolder(ofRun: path).complete().last.map {
      CheckpointFolder(ofRun: path).path(step: $0)
    }
    guard try FileStatus(file) != nil else {
      let why = newest.map { "its run did not end; its newest checkpoint is \($0)" }
      throw Failure(
        .data,
        "\(path) holds no \(ModelFile.name): "
          + "\(why ?? "it is no run folder, or its run did not end")."
      )
    }
    let status = try? JSONFile.read(RunStatus.self, from: "\(path)/\(RunStatus.name)")
    if let newest, let status, status.state != .done, status.modelSHA256 == nil {
      throw Failure(
        .data,
        "\(file) is of an end that the run has gone on behind: evaluate \(newest), or that file itself "
          + "with --data."
      )
    }
    return [file]
  }
}
