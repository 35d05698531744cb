import Datasets
import Tensors
import TestSupport
import Testing

struct ImagesSummaryTests {
  private let images = ImageBytes(
    shape: ImageShape(height: 3, width: 2, channels: 3),
    labels: (0..<50).map { $0 % 4 }
  ) { image, offset in UInt8(truncatingIfNeeded: (image % 40) * 11 + offset * offset * 5) }

  @Test func countsColoursAndRepetitions() throws {
    let (one, three) = (
      try ImagesSummary(images, threadTeam(size: 1)), try ImagesSummary(images, threadTeam(size: 3))
    )
    #expect(one.perClass == [13, 13, 12, 12] && one.count == 50)
    #expect(one.repeated == 10)
    let (mean, deviation) = images.colours(0..<50)
    #expect(one.colours.mean == mean.map(Float.init))
    for (own, expected) in zip(one.colours.deviation, deviation) {
      #expect(abs(Double(own) - expected) < 1e-4)
    }
    #expect(three.colours == one.colours && three.hashes == one.hashes)
    #expect(three.digest == one.digest)
    let digest = ImageDigest(images)
    #expect(one.digest == digest.whole(try digest.parts(0..<1, threadTeam(size: 1))))
  }

  @Test func imagesThatStandInBoth() throws {
    let others = ImageBytes(shape: images.shape, labels: [0, 0, 0]) { image, offset in
      UInt8(truncatingIfNeeded: (image == 1 ? 7 : 200 + image) * 11 + offset * offset * 5)
    }
    let team = threadTeam(size: 2)
    let (a, b) = (try ImagesSummary(images, team), try ImagesSummary(others, team))
    #expect(b.shared(with: a) == 1 && a.shared(with: b) == 2)
  }
}
