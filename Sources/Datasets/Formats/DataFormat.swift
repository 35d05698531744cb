import Tensors

/// A kind of data that can be trained on: a row of the table in `openDataSource`.
struct DataFormat: Sendable {
  /// What was opened.
  struct Parts {
    var train: any ImageDataset
    /// What the data themselves hold out to choose by; nil where they do not.
    var val: (any ImageDataset)?
    /// Nil where there is none and none is needed.
    var test: (any ImageDataset)?
    /// The constants for all.
    var normalization: Normalization
    var notes: [String] = []
    /// Which files it was read from, where a kind of data has several: "binary version".
    var form: String?
    /// The libraries that decoded the images, with their versions; nil where none did.
    var decoder: String?
  }

  /// For people and folder names.
  let name: String
  /// What tells data of this kind, for the sentence that says nothing was found; nil where it is
  /// the name alone.
  let sign: String?
  /// What its folder is called as a rule, and the address of the archive that has it.
  var archive: (folder: String, address: String)?
  /// Whether its images have coarse labels too.
  var hasCoarseLabels = false
  /// Whether a file or a folder is of this kind; false where there is none.
  let recognizes: @Sendable (_ path: String) throws(Failure) -> Bool
  /// Opens data of this kind; throws where test images are needed and there are none.
  let open: @Sendable (_ request: DataRequest) throws(Failure) -> Parts
  /// The same on all threads of a team, for kinds that take long.
  var openOnTeam: (@Sendable (_ request: DataRequest, _ team: ThreadTeam) throws(Failure) -> Parts)?
}
