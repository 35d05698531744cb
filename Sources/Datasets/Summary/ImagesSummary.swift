import Synchronization
import Tensors

/// What is known of images once all of them were read.
package struct ImagesSummary: Sendable {
  /// How many there are.
  package let count: Int
  /// How many of each class.
  package let perClass: [Int]
  /// Mean and deviation of each channel on the 0…255 scale.
  package let colours: Normalization
  /// Their `ImageDigest`.
  package let digest: String
  /// The XXH64 of the pixels of each.
  package let hashes: [UInt64]

  /// Reads all of `images`, once or twice, on the threads of `team`.
  ///
  /// Throws the `.data` failure of the first that cannot be read.
  package init(_ images: any ImageDataset, _ team: ThreadTeam) throws(Failure) {
    count = images.count
    var perClass = Array(repeating: 0, count: images.classes.count)
    for index in 0..<images.count { perClass[images.label(index)] += 1 }
    self.perClass = perClass
    let (shape, members) = (images.shape, team.size)
    var hashes = [UInt64](repeating: 0, count: images.count)
    var sums = [ChannelSums](repeating: ChannelSums(), count: members)
    let unreadable = Mutex<(index: Int, failure: Failure)?>(nil)
    hashes.withUnsafeMutableBufferPointer { hashes in
      sums.withUnsafeMutableBufferPointer { sums in
        let (hashes, sums) = (hashes, sums)
        team.run(images.count) { index, member in
          let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: shape.count)
          defer { pixels.deallocate() }
          guard let start = pixels.baseAddress else { return }
          do throws(Failure) {
            try images.readPixels(index, into: start)
            hashes[index] = XXH64.hash(UnsafeRawBufferPointer(pixels))
            sums[member].add(ChannelSums(pixels, channels: shape.channels))
          } catch {
            unreadable.withLock { first in
              if first.map({ index < $0.index }) ?? true { first = (index, error) }
            }
          }
        }
      }
    }
    if let failure = unreadable.withLock({ $0?.failure }) { throw failure }
    var all = ChannelSums()
    for sum in sums { all.add(sum) }
    colours = all.normalization(channels: shape.channels)
    self.hashes = hashes
    if let known = images.digest {
      digest = known
    } else {
      let whole = ImageDigest(images)
      digest = whole.whole(try whole.parts(0..<whole.blocks, team))
    }
  }

  /// How many of these images stand among `others` too, pixel by pixel.
  package func shared(with others: ImagesSummary) -> Int {
    let seen = Set(others.hashes)
    return hashes.count { seen.contains($0) }
  }

  /// How many of these images stand among them before, too.
  package var repeated: Int { hashes.count - Set(hashes).count }
}
