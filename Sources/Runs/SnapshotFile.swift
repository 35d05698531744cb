import Checkpoints
import Tensors

/// The models at the ends of a run's restart periods: snapshots/epoch-0010.safetensors, each like
/// model.safetensors.
public enum SnapshotFile {
  /// The folder in a run folder that holds them.
  static let folder = "snapshots"
  private static let (prefix, suffix) = ("epoch-", ".safetensors")

  /// The name in a run folder of the one after `epoch` epochs.
  public static func name(epoch: Int) -> String {
    let digits = "\(epoch)"
    let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
    return "\(folder)/\(prefix)\(zeros)\(digits)\(suffix)"
  }

  /// The names of those that a run folder holds, the earliest first.
  ///
  /// Throws a failure of `kind` that names the folder where it cannot be read.
  public static func names(
    in path: String,
    _ kind: Failure.Kind = .data
  ) throws(Failure) -> [String] {
    let files = try Folder(ifAny: "\(path)/\(folder)", kind)?.names ?? []
    return files.compactMap { file -> (epoch: Int, name: String)? in
      guard file.hasPrefix(prefix), file.hasSuffix(suffix),
        let epoch = Int(file.dropFirst(prefix.count).dropLast(suffix.count)),
        name(epoch: epoch) == "\(folder)/\(file)"
      else { return nil }
      return (epoch, name(epoch: epoch))
    }
    .sorted { $0.epoch < $1.epoch }.map(\.name)
  }

  /// The names of what was begun in place of one and never ended; throws as `names` does.
  static func begun(in path: String, _ kind: Failure.Kind) throws(Failure) -> [String] {
    let files = try Folder(ifAny: "\(path)/\(folder)", kind)?.names ?? []
    return files.filter { $0.hasPrefix(prefix) && $0.contains(suffix + AtomicFile.unfinished) }
      .map { "\(folder)/\($0)" }
  }
}
