import Glibc
import Tensors

/// The name that stands for the built-in images instead of a folder.
private let builtIn = "synthetic"

/// The folders that can be opened, in the order in which they are tried.
private let formats: [DataFormat] = [.cifar10]

/// Opens what `--data` names: "synthetic" for the built-in images, else a folder.
///
/// With a `valFraction` that part of the training images is held out and takes the place of the
/// test images, which are not opened; with a `trainFraction` only that part is trained on (see
/// `TrainingSplit`). Throws a `.data` failure when the folder is missing, of no known kind or
/// malformed, and a `.usage` failure when the fractions leave a part empty or are too much.
public func openDataSource(
  _ name: String,
  trainFraction: Double? = nil,
  valFraction: Double? = nil
) throws -> DataSource {
  if name == builtIn {
    return try source(
      name: builtIn,
      DataFormat.Parts(train: SyntheticImages(.train), test: SyntheticImages(.test), notes: []),
      normalization: SyntheticImages.normalization,
      trainFraction: trainFraction,
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
    trainFraction: trainFraction,
    valFraction: valFraction
  )
}

/// A source of `parts`, cut down where fractions say so.
private func source(
  name: String,
  _ parts: DataFormat.Parts,
  normalization: Normalization,
  trainFraction: Double?,
  valFraction: Double?
) throws -> DataSource {
  let split = try TrainingSplit(of: parts.train, heldOut: valFraction, train: trainFraction)
  guard let test = split.held ?? parts.test else {
    preconditionFailure("\(name) was opened without its test images")
  }
  return DataSource(
    name: name,
    train: split.train,
    test: test,
    normalization: normalization,
    notes: parts.notes
  )
}
