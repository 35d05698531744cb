import Containers
import Tensors

/// Files of data sets that everybody has, and what is known of them.
package enum KnownFiles {
  /// What a file turned out to be.
  package struct Finding: Codable, Sendable {
    /// Its path.
    package let file: String
    /// Its MD5.
    package let md5: String
    /// The data set whose file it is, bit for bit; nil where it is not known to be one.
    package let publishedIn: String?
    /// A sentence where something is wrong with it.
    package let warning: String?
  }

  /// A file as its authors published it.
  private struct Published {
    let name: String
    let set: String
    /// Nil where nobody published it.
    var md5: String?
    /// Its bytes, and those of a record; nil where it has no records of one size.
    var sizes: (whole: Int, record: Int)?
  }

  /// The MD5 of the pickles, of MNIST and of Fashion-MNIST are those that torchvision checks; those
  /// of CIFAR-10's binary files were taken from files whose git blob ids are those of a copy of the
  /// original archive.
  private static let table: [Published] =
    [
      ("1", "5dd7e06a14cb22eb9f671a540d1b7c25"), ("2", "5ea93a67294ea407fff1d09f752e9692"),
      ("3", "942cd6a4bcdd0dd3c604fbe906cb4421"), ("4", "ae636b3ba5c66a11e91e8cb52e771fcb"),
      ("5", "53f37980c15c3d472c316c40844f3f0d"),
    ].map { Published(name: "data_batch_\($0).bin", set: "CIFAR-10", md5: $1, sizes: ten) }
    + [Published(name: "test_batch.bin", set: "CIFAR-10", sizes: ten)]
    + [("train.bin", 50_000), ("test.bin", 10_000)].map { name, records in
      Published(name: name, set: "CIFAR-100", sizes: (records * 3074, 3074))
    }
    + [
      ("data_batch_1", "CIFAR-10", "c99cafc152244af753f735de768cd75f"),
      ("data_batch_2", "CIFAR-10", "d4bba439e000b95fd0a9bffe97cbabec"),
      ("data_batch_3", "CIFAR-10", "54ebc095f3ab1f0389bbae665268c751"),
      ("data_batch_4", "CIFAR-10", "634d18415352ddfa80567beed471001a"),
      ("data_batch_5", "CIFAR-10", "482c414d41f54cd18b22e5b47cb7c3cb"),
      ("test_batch", "CIFAR-10", "40351d587109b95175f43aff81a1287e"),
      ("batches.meta", "CIFAR-10", "5ff9c542aee3614f3951f8cda6e48888"),
      ("train", "CIFAR-100", "16019d7e3df5f24257cddd939b257f8d"),
      ("test", "CIFAR-100", "f0ef6b0ae62326f3e7ffdfab6717acfc"),
      ("meta", "CIFAR-100", "7973b15100ade9c7d40fb424638fde48"),
      ("train-images-idx3-ubyte.gz", "MNIST", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
      ("train-labels-idx1-ubyte.gz", "MNIST", "d53e105ee54ea40749a09fcbcd1e9432"),
      ("t10k-images-idx3-ubyte.gz", "MNIST", "9fb629c4189551a2d022fa330f9573f3"),
      ("t10k-labels-idx1-ubyte.gz", "MNIST", "ec29112dd5afa0611ce80d1b7f02629c"),
      ("train-images-idx3-ubyte.gz", "Fashion-MNIST", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
      ("train-labels-idx1-ubyte.gz", "Fashion-MNIST", "25c81989df183df01b3e8a0aad5dffbe"),
      ("t10k-images-idx3-ubyte.gz", "Fashion-MNIST", "bef4ecab320f06d8554ea6380940ec79"),
      ("t10k-labels-idx1-ubyte.gz", "Fashion-MNIST", "bb300cfdad3c16e7a12a480ee83cd310"),
    ].map { Published(name: $0, set: $1, md5: $2) }

  /// The files of CIFAR-10's binary version: 10,000 records of 3073 bytes.
  private static let ten = (whole: 30_730_000, record: 3073)

  /// The files at `path`, or in the folder that its archive unpacks to there, that have such names.
  ///
  /// Reads all of them; throws a `.data` failure where one cannot be read.
  package static func findings(_ path: String) throws(Failure) -> [Finding] {
    var findings: [Finding] = []
    for place in imageFolders(path) {
      guard let folder = try Folder(ifAny: place) else { continue }
      for name in folder.names where table.contains(where: { $0.name == name }) {
        let file = folder.path(of: name)
        if try FileStatus(file)?.isRegular != true { continue }
        findings.append(try finding(try DataFile(file), name))
      }
    }
    return findings
  }

  private static func finding(_ file: DataFile, _ name: String) throws(Failure) -> Finding {
    let md5 = try md5(file)
    let published = table.filter { $0.name == name }
    if let known = published.first(where: { $0.md5 == md5 }) {
      return Finding(file: file.path, md5: md5, publishedIn: known.set, warning: nil)
    }
    let warning: String? =
      if let (whole, record) = published[0].sizes, file.size != whole {
        "\(name) holds \(records(file.size / record)) of \(records(whole / record)) records"
      } else if published[0].md5 != nil {
        "\(name) is not the file that was published"
      } else {
        nil
      }
    return Finding(file: file.path, md5: md5, publishedIn: nil, warning: warning)
  }

  private static func md5(_ file: DataFile) throws(Failure) -> String {
    var digest = MD5()
    let block = 1 << 20
    for start in stride(from: 0, to: file.size, by: block) {
      try file.bytes(at: start, count: min(block, file.size - start))
        .withUnsafeBytes { digest.update($0) }
    }
    return digest.hexadecimal
  }

  /// 10000 as "10,000".
  private static func records(_ count: Int) -> String {
    count < 1000 ? "\(count)" : records(count / 1000) + "," + "\(1000 + count % 1000)".dropFirst()
  }
}
