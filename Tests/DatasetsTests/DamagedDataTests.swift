import Datasets
import Tensors
import TestSupport
import Testing

/// Every format opened with one of its files damaged in hundreds of ways: an error that names the
/// file, or images that can be read.
struct DamagedDataTests {
  /// A file of a folder of data, to be damaged.
  struct Target: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let file: String
    /// Where its headers begin and end.
    let boundaries: [Int]
    var labels = LabelChoice.fine
    let folder: @Sendable () throws -> TemporaryFolder
  }

  /// Folders with a file of the goldens in every place.
  private static func goldens(
    _ name: String,
    _ file: String,
    labels: LabelChoice = .fine,
    _ files: [String: String]
  ) throws -> Target {
    let golden = files[file] ?? ""
    let starts = try DataFileGoldens.read().boundaries(golden)
    // Headers have a few hundred bytes.
    let near = starts.flatMap { start in stride(from: start - 160, to: start + 160, by: 40) }
    return Target(
      testDescription: "\(name), \(file)",
      file: file,
      boundaries: starts + near,
      labels: labels
    ) { try goldenFolder(files) }
  }

  private static func pickles(_ form: String) -> [String: String] {
    [
      "data_batch_1": "cifar10-\(form)", "test_batch": "cifar10-3",
      "batches.meta": "cifar10-meta-python2",
    ]
  }

  private static func imageNet(_ golden: String, _ suffix: String) -> [String: String] {
    ["train_data_batch_1\(suffix)": golden, "val_data\(suffix)": golden]
  }

  private static let hundred = [
    "train": "cifar100-4", "test": "cifar100-4", "meta": "cifar100-meta-4",
  ]

  /// Files of zip have their directory at the end.
  private static func npz(_ golden: String) throws -> Target {
    try goldens(golden, "train_data_batch_1.npz", imageNet(golden, ".npz"))
  }

  private static func targets() throws -> [Target] {
    let packed = [
      "train-images-idx3-ubyte.gz": "grey-idx3.gz", "train-labels-idx1-ubyte.gz": "grey-idx1.gz",
      "t10k-images-idx3-ubyte.gz": "grey-idx3.gz", "t10k-labels-idx1-ubyte.gz": "grey-idx1.gz",
    ]
    let records = [3073, 2 * 3073, 10 * 3073 - 1]
    return try [
      Target(testDescription: "CIFAR-10", file: "data_batch_1.bin", boundaries: records) {
        try cifarFolder()
      },
      Target(testDescription: "CIFAR-10, test", file: "test_batch.bin", boundaries: records) {
        try cifarFolder()
      },
      Target(testDescription: "CIFAR-100", file: "train.bin", boundaries: [1, 2, 3074, 3075]) {
        let folder = try TemporaryFolder()
        let records = (0..<3).flatMap { [UInt8($0), UInt8($0 * 30)] + DataFileGoldens.planes($0) }
        for name in ["train.bin", "test.bin"] { try folder.write(records, to: name) }
        return folder
      },
      goldens("python2", "data_batch_1", pickles("python2")),
      goldens("protocol 2", "data_batch_1", pickles("2")),
      goldens("protocol 3", "data_batch_1", pickles("3")),
      goldens("protocol 4", "data_batch_1", pickles("4")),
      goldens("protocol 3", "test_batch", pickles("4")),
      goldens("names", "batches.meta", pickles("3")),
      goldens("CIFAR-100", "train", hundred),
      goldens("CIFAR-100, coarse", "test", labels: .coarse, hundred),
      goldens("CIFAR-100", "meta", hundred),
      goldens("ImageNet32x32", "train_data_batch_1", imageNet("imagenet32-2-older", "")),
      goldens("ImageNet32x32", "val_data", imageNet("imagenet32-4", "")),
      npz("imagenet32.npz"), npz("imagenet32-deflated.npz"), npz("imagenet32-zip64.npz"),
      Target(
        testDescription: "IDX",
        file: "train-images-idx3-ubyte",
        boundaries: [2, 3, 4, 8, 12, 16]
      ) {
        try greyFolder()
      },
      Target(testDescription: "IDX", file: "train-labels-idx1-ubyte", boundaries: [2, 3, 4, 8]) {
        try greyFolder()
      },
      Target(
        testDescription: "IDX",
        file: "t10k-images-idx3-ubyte",
        boundaries: [2, 3, 4, 8, 12, 16]
      ) {
        try greyFolder()
      },
      goldens("gzip", "train-images-idx3-ubyte.gz", packed),
      goldens("gzip", "t10k-labels-idx1-ubyte.gz", packed),
    ]
  }

  @Test(.timeLimit(.minutes(5)), arguments: try targets())
  func damageIsNamedOrHarmless(target: Target) throws {
    let folder = try target.folder()
    var request = DataRequest(path: folder.path)
    request.labels = target.labels
    let path = folder.path(of: target.file)
    let mutations = FileMutations(of: try FileBytes.read(path), boundaries: target.boundaries)
    #expect(mutations.count >= 200)
    let counts = try openMutations(mutations, at: path) {
      let source = try openDataSource(request)
      for part in source.parts { try readAll(part.images) }
    }
    #expect(counts.refused > 20, "\(counts)")
    #expect(counts.refused + counts.read == mutations.count)
  }
}
