import Tensors

/// A kind of folder that can be trained on: a row of the table in `openDataSource`.
struct DataFormat: Sendable {
  /// What was found in a folder.
  struct Parts {
    var train: any ImageDataset
    /// Nil where it was not asked for.
    var test: (any ImageDataset)?
    var notes: [String]
  }

  /// For people and folder names.
  let name: String
  /// What tells a folder of this kind, for the sentence that says nothing was found.
  let sign: String
  let normalization: Normalization
  /// Whether a folder is of this kind.
  let recognizes: @Sendable (Folder) throws -> Bool
  /// Opens a folder of this kind, with its test images or without.
  let open: @Sendable (_ folder: Folder, _ needsTest: Bool) throws -> Parts
}

extension DataFormat {
  /// The binary version of CIFAR-10.
  static var cifar10: DataFormat {
    DataFormat(
      name: "cifar10",
      sign: "data_batch_*.bin (CIFAR-10, binary version)",
      normalization: CIFAR10Files.normalization,
      recognizes: { try CIFAR10Files.locate(in: $0) != nil },
      open: { folder, needsTest in
        let files = try CIFAR10Files(folder, needsTest: needsTest)
        return Parts(train: files.train, test: files.test, notes: files.notes)
      }
    )
  }
}
