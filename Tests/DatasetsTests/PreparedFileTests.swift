import Datasets
import Foundation
import Pictures
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: missingLibraries == nil, "libturbojpeg0 or libpng16-16 is missing"))
struct PreparedFileTests {
  private let folder: TemporaryFolder
  private let team = threadTeam(size: 2)

  init() throws { folder = try TemporaryFolder() }

  /// A prepared file of `source`, and its bytes.
  @discardableResult
  private func prepare(_ source: DataSource, _ name: String = "file") throws -> [UInt8] {
    let path = folder.path(of: name)
    let size = try PreparedFile.write(source, to: path, origin: "a test", team: team)
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    #expect(bytes.count == size)
    return bytes
  }

  private func same(_ a: (any ImageDataset)?, _ b: (any ImageDataset)?) throws {
    #expect((a == nil) == (b == nil))
    guard let a, let b else { return }
    #expect(a.count == b.count && a.shape == b.shape && a.classes == b.classes)
    #expect(a.fingerprint() == b.fingerprint())
    #expect((0..<a.count).map(a.splitKey) == (0..<b.count).map(b.splitKey))
    let digest = ImageDigest(a)
    #expect(b.digest == digest.whole(try digest.parts(0..<digest.blocks, team)))
  }

  private func small() throws -> DataSource {
    let names = (0..<7).map { "train/\($0 % 3)/\($0).png" } + ["val/1/v.png", "test/2/t.png"]
    let pictures = try pictureFolder(names)
    return try openDataSource(DataRequest(path: pictures.path))
  }

  @Test func whatIsWrittenIsRead() throws {
    let pictures = try pictureFolder(["train/ä/1.png", "train/b/2.png", "val/b/3.png"])
    let flat = try pictureFolder((0..<30).map { "\($0 % 3)/\($0).png" })
    let grey = try pictureFolder(["train/a/1.png", "train/b/2.png", "test/b/3.png"], channels: 1)
    let cifar = try cifarFolder()
    for request in [
      DataRequest(path: pictures.path), DataRequest(path: flat.path, valFraction: 0.4),
      DataRequest(path: grey.path), DataRequest(path: cifar.path),
    ] {
      let source = try openDataSource(request)
      try prepare(source)
      let read = try openDataSource(DataRequest(path: folder.path(of: "file")))
      #expect(read.name == "prepared" && read.form == "made from a test")
      #expect(read.decoder == source.decoder && read.normalization == source.normalization)
      try same(source.train, read.train)
      try same(source.val, read.val)
      try same(source.test, read.test)
    }
  }

  /// A file keeps what its images are held out by.
  @Test func theSameImagesAreHeldOut() throws {
    let pictures = try pictureFolder((0..<50).map { "\($0 % 2)/\($0).png" })
    let cifar = try cifarFolder()
    for path in [pictures.path, cifar.path] {
      var whole = DataRequest(path: path, valFraction: 0.5)
      let held = try openDataSource(whole)
      whole.valFraction = nil
      let all = DataSource(
        name: "all",
        train: held.whole,
        test: held.whole,
        normalization: held.normalization
      )
      try prepare(all)
      let again = try openDataSource(
        DataRequest(path: folder.path(of: "file"), valFraction: 0.5)
      )
      #expect(again.train.fingerprint() == held.train.fingerprint())
      #expect(again.val?.fingerprint() == held.val?.fingerprint())
    }
  }

  /// CIFAR-10's binary files and a folder of the same pictures come to the same labels and pixels,
  /// and so does what is prepared of either: files of them differ in nothing but what they say that
  /// they were made from, and in split keys.
  @Test func anyFormatGivesTheSameImages() throws {
    let files = try cifarFolder()
    let cifar = try openDataSource(DataRequest(path: files.path))
    let test = try #require(cifar.test)
    let pngs = try TemporaryFolder()
    // Class by class, as folders come; names of classes are in byte order already.
    var order = [Int]()
    for (part, images) in [("train", cifar.train), ("test", test)] {
      for index in 0..<images.count {
        let picture = Picture(width: 32, height: 32, channels: 3, bytes: images.bytes(index))
        let name = "\(part)/\(images.classes[images.label(index)])/\(1000 + index).png"
        try pngs.write(try PNGWriter.encoded(picture), to: name)
      }
      if part == "train" {
        order = (0..<images.count).sorted { (images.label($0), $0) < (images.label($1), $1) }
      }
    }
    let folder = try openDataSource(DataRequest(path: pngs.path))
    let bytes = order.flatMap { index in
      let pixels = cifar.train.bytes(index)
      return [UInt8(cifar.train.label(index))]
        + (0..<3).flatMap { c in stride(from: c, to: pixels.count, by: 3).map { pixels[$0] } }
    }
    let sorted = try TemporaryFolder()
    try sorted.write(bytes, to: "data_batch_1.bin")
    let binary = try openDataSource(DataRequest(path: sorted.path, valFraction: 0.5)).whole
    #expect(folder.train.classes == binary.classes)
    #expect((0..<20).map(folder.train.label) == (0..<20).map(binary.label))
    #expect((0..<20).map(folder.train.bytes) == (0..<20).map(binary.bytes))
    #expect(folder.train.fingerprint() == binary.fingerprint())
    func source(_ images: any ImageDataset) -> DataSource {
      DataSource(name: "", train: images, test: images, normalization: folder.normalization)
    }
    let (first, second) = (try prepare(source(folder.train)), try prepare(source(binary)))
    let pixels = 2 * 20 * 3072
    #expect(first.suffix(pixels) == second.suffix(pixels))
    try same(binary, try openDataSource(DataRequest(path: self.folder.path(of: "file"))).train)
  }

  @Test func damageIsAnErrorThatNamesFileAndOffset() throws {
    let bytes = try prepare(try small())
    let path = folder.path(of: "file")
    let mutations = FileMutations(of: bytes, boundaries: [8, 12, 16, 24, 32, 48, 72, 4096, 4186])
    let (refused, read) = try openMutations(mutations, at: path) {
      let source = try openDataSource(DataRequest(path: path))
      for part in source.parts {
        for index in 0..<part.images.count { try part.images.read(index) }
      }
    }
    // What lies between head and pixels means nothing.
    #expect(refused >= 200 && refused + read == mutations.count, "\(refused), \(read)")
  }

  /// Heads whose checksum is right, as only an enemy makes them.
  @Test func headsOfEnemiesAreRefused() throws {
    let bytes = try prepare(try small())
    let path = folder.path(of: "file")
    let length = Int(bytes[24]) + Int(bytes[25]) << 8
    let head = Array(bytes[32..<32 + length])
    let mutations = FileMutations(of: head, boundaries: Array(stride(from: 4, to: length, by: 4)))
    var counts = (refused: 0, read: 0)
    for number in 0..<mutations.count {
      let mutation = mutations.mutation(number)
      var file = Array(bytes[..<16])
      withUnsafeBytes(of: mutation.bytes.withUnsafeBytes { XXH64.hash($0) }) { file += $0 }
      withUnsafeBytes(of: UInt64(mutation.bytes.count)) { file += $0 }
      file += mutation.bytes
      file += Array(repeating: 0, count: max(0, 4096 - file.count)) + bytes[4096...]
      try Data(file).write(to: URL(filePath: path))
      do throws(Failure) {
        let source = try openDataSource(DataRequest(path: path))
        for part in source.parts { for i in 0..<part.images.count { try part.images.read(i) } }
        counts.read += 1
      } catch {
        #expect(error.kind == .data && error.message.contains(path), "\(error)")
        counts.refused += 1
      }
    }
    #expect(counts.refused > 200, "\(counts)")
  }

  @Test func onlyTheHeadIsReadAtFirst() throws {
    var bytes = try prepare(try small())
    bytes[4096 + 90 * 2 + 5] ^= 1
    try folder.write(bytes, to: "file")
    let path = folder.path(of: "file")
    let source = try openDataSource(DataRequest(path: path))
    #expect(source.train.bytes(0).count == 90)
    let failure = failure { try source.train.read(2) }
    #expect(
      failure?.message == "\(path) is damaged: the image of 90 bytes at byte 4276 is not the one "
        + "that was written"
    )
  }

  @Test func aFileThatIsCutShortSaysWhere() throws {
    let bytes = try prepare(try small())
    try folder.write(Array(bytes.dropLast()), to: "file")
    let path = folder.path(of: "file")
    let failure = failure { try openDataSource(DataRequest(path: path)) }
    #expect(
      failure?.message == "\(path) has \(bytes.count - 1) bytes, and by its head it should end at "
        + "byte \(bytes.count)"
    )
  }

  @Test func anotherVersionIsRefused() throws {
    var bytes = try prepare(try small())
    bytes[8] = 2
    try folder.write(bytes, to: "file")
    let failure = failure { try openDataSource(DataRequest(path: folder.path(of: "file"))) }
    #expect(failure?.message.hasSuffix("of version 2, at byte 8; this program reads 1") == true)
  }

  @Test func whatFailsLeavesWhatWasThere() throws {
    try folder.write([7], to: "file")
    let path = folder.path(of: "file")
    let pictures = try pictureFolder((0..<9).map { "train/\($0 % 2)/\($0).png" } + ["val/0/v.png"])
    var request = DataRequest(path: pictures.path)
    request.pictureMemory = nil
    let source = try openDataSource(request)
    try pictures.write([1], to: "train/1/5.png")
    let failure = failure {
      try PreparedFile.write(source, to: path, origin: "", team: threadTeam(size: 3))
    }
    #expect(failure?.kind == .data && failure?.message.contains("train/1/5.png") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    #expect(Array(try Data(contentsOf: URL(filePath: path))) == [7])
    let other = DatasetsTests.failure {
      try PreparedFile.write(source, to: folder.path + "/none/x", origin: "", team: team)
    }
    #expect(other?.kind == .file && other?.message.contains("/none/x") == true)
  }
}

extension ImageDataset {
  /// Reads an image and forgets it.
  fileprivate func read(_ index: Int) throws(Failure) {
    let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: shape.count)
    defer { pixels.deallocate() }
    try readPixels(index, into: pixels)
  }
}
