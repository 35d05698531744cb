import Datasets
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
  /// Throws `Failure` (.data) that names the folder where it cannot be read.
  public static func names(in path: String) throws -> [String] {
    let files = try Folder(ifAny: "\(path)/\(folder)")?.names ?? []
    return files.compactMap { file -> (epoch: Int, name: String)? in
      guard file.hasPrefix(prefix), file.hasSuffix(suffix),
        let epoch = Int(file.dropFirst(prefix.count).dropLast(suffix.count)),
        name(epoch: epoch) == "\(folder)/\(file)"
      else { return nil }
      return (epoch, name(epoch: epoch))
    }
    .sorted { $0.epoch < $1.epoch }.map(\.name)
  }
}
