import Glibc
import Tensors

/// The data that can be opened, in the order in which they are tried.
private let formats: [DataFormat] = [
  .synthetic, .prepared, .cifar10, .cifar10Pickles, .cifar100, .cifar100Pickles, .imageNet32, .idx,
  .imageFolder,
]

/// Opens what `--data` names: "synthetic" for the built-in images, else a file or a folder; pictures
/// are read on all threads of a `team`.
///
/// With a `valFraction` that part of the training images is held out, and data without test images
/// will do; with a `trainFraction` only that part is trained on (see `TrainingSplit`). Throws a
/// `.data` failure when the path is missing, of no known kind or malformed, and a `.usage` failure
/// when the fractions leave a part empty or are too much.
public func openDataSource(
  _ request: DataRequest,
  team: ThreadTeam? = nil
) throws(Failure) -> DataSource {
  let format = try format(of: request.path)
  if request.labels != .fine, !format.hasCoarseLabels {
    throw Failure(
      .usage,
      "--labels \(request.labels) is for CIFAR-100, and \(request.path) holds \(format.name)"
    )
  }
  let parts: DataFormat.Parts
  if let team, let open = format.openOnTeam {
    parts = try open(request, team)
  } else {
    parts = try format.open(request)
  }
  if parts.val != nil, let fraction = request.valFraction {
    throw Failure(
      .usage,
      "--val-fraction \(fraction): \(request.path) has images of its own to evaluate on"
    )
  }
  let split = try TrainingSplit(
    of: parts.train,
    heldOut: request.valFraction,
    train: request.trainFraction
  )
  let missing =
    parts.test == nil && request.isEvaluated
    ? ["\(request.path) holds no test images: the run ends without an evaluation on them"] : []
  return DataSource(
    name: format.name,
    train: split.train,
    whole: parts.train,
    val: split.held ?? parts.val,
    test: parts.test,
    normalization: parts.normalization,
    notes: parts.notes + missing,
    form: parts.form,
    decoder: parts.decoder
  )
}

/// The folders whose files are the images that `--data` names, or may be.
package func imageFolders(_ path: String) -> [String] {
  [path] + formats.compactMap(\.archive).map { "\(path)/\($0.folder)" }
}

private func format(of path: String) throws(Failure) -> DataFormat {
  for format in formats where try format.recognizes(path) { return format }
  if access(path, F_OK) != 0, errno == ENOENT {
    let name = path.split(separator: "/").last ?? ""
    let archive = formats.compactMap(\.archive).first { $0.folder == name }
    throw Failure(
      .data,
      "there is no file or folder \(path); "
        + (archive.map { "it is in \($0.address), and " } ?? "")
        + "synthetic names the images that are built in"
    )
  }
  try checkIsNoPart(path)
  if let answer = try DownloadedArchive.answer(to: path) { throw Failure(.data, answer) }
  let signs = formats.compactMap(\.sign).joined(separator: ", ")
  throw Failure(.data, "\(path) holds nothing to train on; looked for \(signs)")
}

/// Throws where a file is one of those of a folder that can be opened.
private func checkIsNoPart(_ path: String) throws(Failure) {
  guard try FileStatus(path)?.isRegular == true else { return }
  let parent = Paths.parent(of: path)
  for format in formats where try format.recognizes(parent) {
    throw Failure(
      .data,
      "\(path) is one file of several: give --data \(shellWord(parent)), their folder"
    )
  }
}
