import Collectives
import Datasets
import Synchronization
import Tensors
import Testing
import TestSupport
import Training

/// Ranks that have opened other images are told so.
struct SameImagesTests {
  /// Other images with something changed.
  private struct Altered: ImageDataset {
    let base: any ImageDataset
    var mark: String?
    var names: [String]?
    var inverted: (image: Int, offset: Int)?
    var reads: ReadCount?

    var count: Int { base.count }
    var shape: ImageShape { base.shape }
    var classes: [String] { names ?? base.classes }

    func label(_ index: Int) -> Int { base.label(index) }

    func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
      reads?.add()
      try base.readPixels(index, into: pixels)
      if let inverted, inverted.image == index { pixels[inverted.offset] ^= 0xFF }
    }
  }

  private final class ReadCount: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func add() { count.add(1, ordering: .relaxed) }
  }

  private func digests(
    ranks: Int,
    _ images: @escaping @Sendable (_ rank: Int) -> any ImageDataset
  ) throws -> [String] {
    try ThreadWorld.run(ranks: ranks) { c in
      do {
        let team = threadTeam(size: 2)
        return try SameEverywhere.digest(of: images(c.rank), "training", team: team, c)
      } catch let failure as Failure {
        #expect(failure.kind == .data && failure.isAgreed)
        return failure.message
      }
    }
  }

  /// With images held out, data without a test file will do, but not for some ranks alone: the
  /// others would wait for them for ever.
  @Test(.timeLimit(.minutes(1)), arguments: [0, 1])
  func testImagesThatOneRankLacks(lacking: Int) throws {
    let source = smallSource(train: 60)
    let messages = try ThreadWorld.run(ranks: 3) { c in
      let own = DataSource(
        name: source.name,
        train: source.train,
        val: source.train,
        test: c.rank == lacking ? nil : source.test,
        normalization: source.normalization
      )
      do {
        _ = try SameEverywhere.digest(of: own, team: threadTeam(size: 1), c)
        return ""
      } catch let failure as Failure {
        #expect(failure.kind == .data && failure.isAgreed)
        return failure.message
      }
    }
    #expect(Set(messages).count == 1 && messages[0].hasPrefix("the file of test images is "))
  }

  @Test func oneByteAmongManyIsSeen() throws {
    let images = smallSource(train: 1030).train
    for inverted in [(1029, 191), (777, 0)] {
      let seen = try digests(ranks: 2) {
        $0 == 0 ? images : Altered(base: images, inverted: inverted)
      }
      #expect(seen[0] == seen[1] && seen[0].hasPrefix("the SHA-256 of the training images is "))
      #expect(seen[0].contains(" for rank 1 on ") && seen[0].contains(" for rank 0 on "))
    }
  }

  @Test func otherClassesAndOtherNumbersAreSeen() throws {
    let (images, more) = (smallSource(train: 130).train, smallSource(train: 131).train)
    let named = Altered(base: images, names: ["0", "1", "two", "3", "4"])
    let seen = try [named, more].map { other in try digests(ranks: 3) { $0 == 2 ? other : images } }
    for messages in seen {
      #expect(Set(messages).count == 1)
      #expect(messages[0].contains(" for rank 2 on "), "\(messages[0])")
    }
    #expect(seen[0][0].hasPrefix("class 2 of the training images is two for "), "\(seen[0][0])")
    #expect(seen[1][0].hasPrefix("the number of training images is 131 of "), "\(seen[1][0])")
  }

  /// The same files are read once by all ranks of a host together, others by those who have them;
  /// the digest does not depend on it.
  @Test func sameFilesAreReadOnce() throws {
    let images = smallSource(train: 1030).train
    let alone = try digests(ranks: 1) { _ in images }[0]
    for (marks, times) in [(["a", "a", "a"], 1), (["a", "b", "a"], 2), ([nil, nil, "a"], 3)] {
      let reads = ReadCount()
      let seen = try digests(ranks: 3) { Altered(base: images, mark: marks[$0], reads: reads) }
      #expect(seen == [alone, alone, alone])
      #expect(reads.value == times * images.count)
    }
  }
}
