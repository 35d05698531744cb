import Datasets
import Foundation
import Pictures
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: missingLibraries == nil, "libturbojpeg0 or libpng16-16 is missing"))
struct ImageFolderTests {
  private static let names = [
    "train/a/1.png", "train/a/10.png", "train/a/2.PNG", "train/B/x.png", "train/c d/y.png",
    "val/a/v.png", "val/c d/w.png", "test/B/t.png",
  ]

  @Test func partsAndClassesAreFolders() throws {
    let folder = try pictureFolder(Self.names)
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(source.name == "image-folder" && source.notes.isEmpty)
    // In the order of bytes: capitals first.
    #expect(source.train.classes == ["B", "a", "c d"])
    #expect((0..<5).map(source.train.label) == [0, 1, 1, 1, 2])
    let order = [3, 0, 1, 2, 4]
    for (index, number) in order.enumerated() {
      #expect(source.train.bytes(index) == smallPicture(number).bytes)
    }
    #expect(source.train.shape == ImageShape(height: 5, width: 6, channels: 3))
    let (val, test) = (try #require(source.val), try #require(source.test))
    #expect((0..<2).map(val.label) == [1, 2] && val.bytes(1) == smallPicture(6).bytes)
    #expect(test.count == 1 && test.label(0) == 0 && test.bytes(0) == smallPicture(7).bytes)
    #expect(source.measured.split == .val)
    #expect(source.decoder?.hasPrefix("libpng 1.6.") == true)
  }

  @Test func eitherValOrTestWillDo() throws {
    let val = try pictureFolder(["train/a/1.png", "train/b/2.png", "val/b/3.png"])
    let first = try openDataSource(DataRequest(path: val.path))
    #expect(first.val?.count == 1 && first.test == nil)
    let test = try pictureFolder(["train/a/1.png", "train/b/2.png", "test/b/3.png"])
    let second = try openDataSource(DataRequest(path: test.path))
    #expect(second.val == nil && second.test?.count == 1 && second.measured.split == .test)
    let fraction = DataRequest(path: val.path, valFraction: 0.5)
    #expect(failure { try openDataSource(fraction) }?.kind == .usage)
  }

  @Test func aFolderWithoutPartsNeedsAFraction() throws {
    let folder = try pictureFolder((0..<40).map { "\($0 % 2)/\($0).png" })
    let failure = failure { try openDataSource(DataRequest(path: folder.path)) }
    #expect(failure?.kind == .data)
    #expect(
      failure?.message.hasPrefix("\(folder.path) has no pictures to evaluate on: say") == true
    )
    let source = try openDataSource(DataRequest(path: folder.path, valFraction: 0.3))
    let val = try #require(source.val)
    #expect(source.train.count + val.count == 40 && (4...20).contains(val.count))
  }

  /// What is held out is held out whatever else there is.
  @Test func anotherFileMovesNone() throws {
    let names = (0..<60).map { "\($0 % 3)/\($0).png" }
    func held(_ names: [String]) throws -> Set<[UInt8]> {
      let folder = try TemporaryFolder()
      for name in names {
        let number = Int(name.split(separator: "/")[1].dropLast(4)) ?? 0
        try folder.write(try PNGWriter.encoded(smallPicture(number)), to: name)
      }
      let source = try openDataSource(DataRequest(path: folder.path, valFraction: 0.3))
      let val = try #require(source.val)
      return Set((0..<val.count).map(val.bytes))
    }
    let (few, more) = (try held(Array(names.dropLast(10))), try held(names))
    #expect(few.isSubset(of: more) && few.count > 5 && more.count < 40)
    let left = Set((0..<50).map { smallPicture($0).bytes }).subtracting(few)
    #expect(left.isDisjoint(with: more))
  }

  @Test func aClassWithoutTrainingPicturesIsRefused() throws {
    let folder = try pictureFolder(["train/a/1.png", "val/a/2.png", "val/b/3.png"])
    let failure = failure { try openDataSource(DataRequest(path: folder.path)) }
    #expect(
      failure?.message
        == "\(folder.path)/val/b holds pictures of a class that the training pictures do not have"
    )
  }

  @Test func whatIsNoPictureIsLeftOutAndSaid() throws {
    let folder = try pictureFolder(["train/a/1.png", "train/b/2.png", "val/a/3.png"])
    for name in [
      "train/.DS_Store", "train/a/Thumbs.db", "train/a/notes.txt", "train/README",
      "train/.git/x.png", "train/a/._1.png", "val/list.csv", "train/empty/none.txt",
    ] { try folder.write([1, 2, 3], to: name) }
    let source = try openDataSource(DataRequest(path: folder.path))
    #expect(source.train.count == 2 && source.train.classes == ["a", "b"])
    let note = try #require(source.notes.first)
    #expect(note.hasPrefix("8 files that are no JPEG or PNG files are left out"), "\(note)")
  }

  @Test func aDamagedPictureIsNamedOrCounted() throws {
    let folder = try pictureFolder(Self.names)
    try folder.write(Array("no picture".utf8), to: "train/a/10.png")
    try folder.write([], to: "val/a/v.png")
    var request = DataRequest(path: folder.path)
    let failure = failure { try openDataSource(request) }
    #expect(failure?.kind == .data)
    #expect(
      failure?.message.hasPrefix("\(folder.path)/train/a/10.png begins neither as") == true
    )
    request.skipsDamaged = true
    for team in [threadTeam(size: 1), threadTeam(size: 3)] {
      let source = try openDataSource(request, team: team)
      #expect((0..<source.train.count).map(source.train.label) == [0, 1, 1, 2])
      #expect(source.train.bytes(2) == smallPicture(2).bytes)
      let val = try #require(source.val)
      #expect(val.count == 1 && val.bytes(0) == smallPicture(6).bytes)
      #expect(source.test?.bytes(0) == smallPicture(7).bytes)
      let note = try #require(source.notes.first)
      #expect(note.hasPrefix("2 damaged pictures are left out: \(folder.path)/train/a/10.png"))
    }
  }

  @Test func sizesThatDifferNeedOne() throws {
    let folder = try pictureFolder(Self.names)
    let large = try PNGWriter.encoded(smallPicture(5, width: 9, height: 7))
    try folder.write(large, to: "train/B/z.png")
    var request = DataRequest(path: folder.path)
    #expect(
      failure { try openDataSource(request) }?.message
        == "\(folder.path)/train/B/z.png has 9 × 7 pixels, others have 6 × 5: --image-size N makes "
        + "all of them N × N"
    )
    request.picture.size = 4
    let source = try openDataSource(request)
    #expect(source.train.shape == ImageShape(height: 4, width: 4, channels: 3))
    #expect(
      source.train.bytes(1)
        == request.picture.fitted(smallPicture(5, width: 9, height: 7)).bytes
    )
  }

  @Test func greyPicturesAloneHaveOneChannel() throws {
    let names = ["train/a/1.png", "train/b/2.png", "train/b/3.png", "val/a/4.png"]
    let folder = try pictureFolder(names, channels: 1)
    let grey = try openDataSource(DataRequest(path: folder.path))
    #expect(grey.train.shape.channels == 1 && grey.normalization.mean.count == 1)
    #expect(grey.train.bytes(1) == smallPicture(1, channels: 1).bytes)
    #expect(grey.val?.bytes(0) == smallPicture(3, channels: 1).bytes)
    try folder.write(try PNGWriter.encoded(smallPicture(9)), to: "val/b/5.png")
    let mixed = try openDataSource(DataRequest(path: folder.path))
    #expect(mixed.train.shape.channels == 3)
    #expect(mixed.train.bytes(1) == smallPicture(1, channels: 1).inColour.bytes)
  }

  @Test func anyTeamAndMemoryGiveTheSame() throws {
    let folder = try pictureFolder((0..<23).map { "train/\($0 % 4)/\($0).png" } + ["val/1/v.png"])
    var sources: [DataSource] = []
    for (threads, memory) in [(1, 1 << 20), (3, 1 << 20), (2, nil)] {
      var request = DataRequest(path: folder.path)
      request.pictureMemory = memory
      sources.append(try openDataSource(request, team: threadTeam(size: threads)))
    }
    for source in sources {
      #expect(source.train.fingerprint() == sources[0].train.fingerprint())
      #expect(source.val?.fingerprint() == sources[0].val?.fingerprint())
      #expect(source.normalization == sources[0].normalization)
      #expect(source.train.mark == sources[0].train.mark)
      #expect(source.train.mark != source.val?.mark)
    }
    let (mean, deviation) = sources[0].train.colours(0..<23)
    #expect(sources[0].normalization.mean == mean.map(Float.init))
    for (own, expected) in zip(sources[0].normalization.deviation, deviation) {
      #expect(abs(Double(own) - expected) < 1e-5 * expected)
    }
  }

  @Test func moreThanMemoryMayHoldIsToBePrepared() throws {
    let folder = try pictureFolder(Self.names)
    var request = DataRequest(path: folder.path)
    request.picture.size = 20
    request.pictureMemory = 8 * 1200 - 1
    let failure = failure { try openDataSource(request) }
    #expect(failure?.kind == .data)
    #expect(
      failure?.message.contains(
        "adamw-ddp data prepare \(folder.path) --output FILE --image-size 20 makes a file"
      ) == true,
      "\(failure?.message ?? "")"
    )
    request.pictureMemory = 8 * 1200
    #expect(try openDataSource(request).train.count == 5)
  }

  /// A pipe by the name of a picture is not waited for.
  @Test func aPipeIsNoPicture() throws {
    let folder = try pictureFolder(Self.names)
    #expect(mkfifo(folder.path(of: "train/a/p.jpg"), 0o600) == 0)
    let failure = failure { try openDataSource(DataRequest(path: folder.path)) }
    #expect(failure?.message == "\(folder.path)/train/a/p.jpg is not a regular file")
  }

  @Test(.enabled(if: tinyData() != nil, "needs ../shared/data/tiny"))
  func photosOfAllKindsAreRead() throws {
    let tiny = try #require(tinyData())
    var request = DataRequest(path: tiny.appending(path: "flowers").path, valFraction: 0.2)
    request.picture.size = 32
    request.picture.crop = .center
    let source = try openDataSource(request, team: threadTeam(size: 2))
    #expect(source.train.classes == ["daisy", "dandelion", "roses", "sunflowers", "tulips"])
    #expect(source.whole.count == 40)
    #expect(source.whole.shape == ImageShape(height: 32, width: 32, channels: 3))
    #expect(source.decoder?.hasPrefix("libturbojpeg.so.0") == true)
    #expect(source.notes.count { $0.contains("CREDITS.txt is left out") } == 1)
  }
}
