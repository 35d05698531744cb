import Tensors

extension RunFolder {
  /// Throws `Failure`: .data where no run has left anything in the folder at `path`, with `start`
  /// before the sentence, .file where the system cannot look.
  public static func refuseNone(_ path: String, _ start: String = "") throws {
    guard try FileStatus(path)?.isFolder == true else {
      throw Failure(.data, "\(start)there is no run folder \(path).")
    }
    guard try RunFolderPlace.files(in: path).isEmpty else { return }
    let above = Paths.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    if try CheckpointModel.isOne(path) {
      let run = CheckpointFolder.step(of: name) == nil ? "its run folder" : Paths.parent(of: above)
      throw Failure(.data, "\(start)\(path) is a checkpoint and no run folder: give \(run).")
    }
    if name == CheckpointFolder.name, try !CheckpointFolder(ofRun: above).steps().isEmpty {
      throw Failure(.data, "\(start)\(path) holds checkpoints and no run: give \(above).")
    }
    throw Failure(.data, "\(start)\(path) holds no run.")
  }
}
