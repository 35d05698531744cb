import Glibc
import Tensors

/// The name that stands for the built-in images instead of a folder.
private let builtIn = "synthetic"

/// The folders that can be opened, in the order in which they are tried.
private let formats: [DataFormat] = [.cifar10]

/// Opens what `--data` names: "synthetic" for the built-in images, else a folder.
///
/// With a `valFraction` that part of the training images is held out and takes the place of the
/// test images, which are not opened (see `HeldOutSplit`). Throws a `.data` failure when the folder
/// is missing, of no known kind or malformed, and a `.usage` failure when the fraction leaves a
/// part empty.
public func openDataSource(_ name: String, valFraction: Double? = nil) throws -> DataSource {
  if name == builtIn {
    return try source(
      name: builtIn,
      DataFormat.Parts(train: SyntheticImages(.train), test: SyntheticImages(.test), notes: []),
      normalization: SyntheticImages.normalization,
      valFraction: valFraction
    )
  }
  guard access(name, F_OK) == 0 || errno != ENOENT else {
    throw Failure(
      .data,
      "there is no folder \(name); \(builtIn) names the images that are built in"
    )
  }
  let folder = try Folder(name)
  guard let format = try formats.first(where: { try $0.recognizes(folder) }) else {
    let signs = formats.map(\.sign).joined(separator: ", ")
    throw Failure(.data, "\(folder.path) holds nothing to train on; looked for \(signs)")
  }
  return try source(
    name: format.name,
    format.open(folder, valFraction == nil),
    normalization: format.normalization,
    valFraction: valFraction
  )
}

/// A source of `parts`, with the test images replaced where a fraction is held out.
private func source(
  name: String,
  _ parts: DataFormat.Parts,
  normalization: Normalization,
  valFraction: Double?
) throws -> DataSource {
  var (train, test) = (parts.train, parts.test)
  if let valFraction {
    let split = try HeldOutSplit(of: parts.train, fraction: valFraction)
    (train, test) = (split.train, split.held)
  }
  guard let test else { preconditionFailure("\(name) was opened without its test images") }
  return DataSource(
    name: name,
    train: train,
    test: test,
    normalization: normalization,
    notes: parts.notes
  )
}
