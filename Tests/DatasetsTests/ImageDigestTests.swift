import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// The digest of images, against what Python computes by the definition in the guide.
struct ImageDigestTests {
  private func digest(_ images: any ImageDataset, threads: Int = 1) throws -> String {
    let (digest, team) = (ImageDigest(images), threadTeam(size: threads))
    return digest.whole(try digest.parts(0..<digest.blocks, team))
  }

  @Test func isWhatPythonComputes() throws {
    let folder = try cifarFolder()
    let files = try CIFAR10Files(folder: folder.path)
    #expect(
      try digest(files.train)
        == "62f327fd640860d36b237b83cbc2f88841efaf2085ef63222811c0d92c7671f8"
    )
    #expect(
      try digest(#require(files.test))
        == "a58a1837f27baf0f0624c0ebe9c61d52fecfa9aaf327889505ce4bb4fe0c142c"
    )
  }

  /// Several blocks, of which the last may be short; and the same images out of another format.
  @Test(.enabled(if: tinyData() != nil, "needs ../shared/data/tiny"))
  func isWhatPythonComputesOfRealFiles() throws {
    let tiny = try #require(tinyData())
    let files = try CIFAR10Files(folder: tiny.appending(path: "cifar10").path)
    for threads in [1, 3] {
      #expect(
        try digest(files.train, threads: threads)
          == "901c15234ae54147c2067e51ff89e95d735716487dc0833bc6a2ae698b5981a9"
      )
    }
  }

  @Test func isThatOfTheImagesAndNotOfTheirFiles() throws {
    let images = smallSource(train: 230).train
    let bytes = (0..<images.count).map { images.bytes($0) }
    let other = ImageBytes(
      shape: images.shape,
      labels: (0..<images.count).map(images.label)
    ) { image, offset in bytes[image][offset] }
    #expect(try digest(other) == digest(images, threads: 2))
  }

  @Test func changesWithEveryByteAndLabel() throws {
    let images = smallSource(train: 230).train
    let labels = (0..<images.count).map(images.label)
    func changed(_ change: (image: Int, offset: Int)?, _ labels: [Int]) throws -> String {
      let copy = ImageBytes(shape: images.shape, labels: labels) { image, offset in
        let byte = images.bytes(image)[offset]
        return change.map { $0 == (image, offset) } == true ? ~byte : byte
      }
      return try digest(copy)
    }
    var others = labels
    others.swapAt(0, 1)
    let all = [
      try changed(nil, labels), try changed((0, 0), labels), try changed((229, 191), labels),
      try changed((99, 5), labels), try changed((100, 5), labels), try changed(nil, others),
    ]
    #expect(Set(all).count == all.count)
  }

  /// The constants of the built-in images.
  @Test(arguments: [SyntheticImages.Part.train, .test])
  func aDigestThatIsKnownBeforehandIsRight(part: SyntheticImages.Part) throws {
    let images = SyntheticImages(part)
    #expect(try digest(images, threads: 2) == images.digest)
  }
}
