import Datasets
import Tensors
import TestSupport
import Testing

/// What a step gets follows from its number alone.
struct SampleLoaderTests {
  /// 23 images, each of a class of its own: four batches of five and one of three.
  private static let images = ImageBytes(
    shape: ImageShape(height: 4, width: 3, channels: 2),
    labels: Array(0..<23)
  ) { image, offset in
    UInt8(truncatingIfNeeded: 31 * image + offset)
  }
  private static let constants = Normalization(mean: [3, 5], deviation: [7, 11])
  private static let augmentations: [any Augmentation] = [CropFlip(), Cutout(size: 2)]

  private func loader(
    _ dataset: any ImageDataset = SampleLoaderTests.images,
    order: SampleLoader.Order = .shuffled
  ) -> SampleLoader {
    SampleLoader(
      dataset,
      normalization: Self.constants,
      augmentations: Self.augmentations,
      seed: 9,
      batchSize: 5,
      order: order
    )
  }

  /// A step's images by number, order and epoch: none of its orders is another's, whenever asked.
  @Test func theHashOfAnOrderFollowsFromTheStep() {
    let hashes = (0..<12).map { loader().orderHash(of: $0) }
    #expect(Set(hashes).count == 12)
    let one = loader()
    for step in [0, 11, 3, 4, 3, 7] { #expect(one.orderHash(of: step) == hashes[step]) }
    let others = SampleLoader(
      SampleLoaderTests.images,
      normalization: Self.constants,
      augmentations: Self.augmentations,
      seed: 10,
      batchSize: 5,
      order: .shuffled
    )
    #expect((0..<12).allSatisfy { others.orderHash(of: $0) != hashes[$0] })
  }

  /// A sample as it was read.
  private struct Sample: Equatable {
    var values: [Float]
    var target: SampleTarget
  }

  /// What stands where nothing was read.
  private static let untouched = Sample(
    values: Array(repeating: -99, count: 24),
    target: SampleTarget(77)
  )

  /// Takes samples of a step, all unless told otherwise.
  private func take(
    _ loader: SampleLoader,
    step: Int,
    _ positions: Range<Int>? = nil,
    threads: Int = 1
  ) -> (samples: [Sample], failure: Failure?) {
    let positions = positions ?? 0..<loader.samples(of: step)
    var values = Array(repeating: Self.untouched.values, count: positions.count + 1).flatMap { $0 }
    var targets = Array(repeating: Self.untouched.target, count: positions.count + 1)
    let failure = failure {
      try values.withUnsafeMutableBufferPointer { values in
        try targets.withUnsafeMutableBufferPointer { targets in
          try loader.take(
            step: step,
            positions,
            into: values.baseAddress!,
            targets.baseAddress!,
            team: threadTeam(size: threads)
          )
        }
      }
    }
    var samples = targets.indices.map {
      Sample(values: Array(values[24 * $0..<24 * $0 + 24]), target: targets[$0])
    }
    #expect(samples.removeLast() == Self.untouched, "something was written past the end")
    return (samples, failure)
  }

  /// The samples of a step by the definition: the epoch's order, each read by itself.
  private func expected(_ step: Int) -> [Sample] {
    let (epoch, batch) = step.quotientAndRemainder(dividingBy: 5)
    let order = EpochOrder(count: 23, seed: 9)
    order.prepare(epoch: epoch)
    let reader = SampleReader(
      Self.images,
      normalization: Self.constants,
      augmentations: Self.augmentations,
      seed: 9
    )
    return (5 * batch..<min(5 * batch + 5, 23)).map {
      let (values, label) = reader.sample(order[$0], epoch: epoch)
      return Sample(values: values, target: SampleTarget(label))
    }
  }

  @Test func aStepIsOneOfItsEpoch() {
    let loader = loader()
    #expect(loader.stepsPerEpoch == 5)
    #expect((0..<11).map(loader.samples) == [5, 5, 5, 5, 3, 5, 5, 5, 5, 3, 5])
    for step in 0..<16 { #expect(take(loader, step: step).samples == expected(step), "\(step)") }
    for epoch in 0..<2 {
      let labels = (5 * epoch..<5 * epoch + 5).flatMap { take(loader, step: $0).samples }
        .map { Int($0.target.label) }
      #expect(labels.sorted() == Array(0..<23))
    }
  }

  /// Later steps may come first, over the end of an epoch too, prepared or not.
  @Test func stepsBeforeLeaveNoTrace() {
    let loader = loader()
    for step in [7, 4, 5, 4, 14, 3, 12, 0, 10, 9, 10, 9, 23] {
      if step % 2 == 0 { loader.prepare(step: step + 1) }
      #expect(take(loader, step: step).samples == expected(step), "\(step)")
    }
  }

  @Test(arguments: [1, 2, 5])
  func partsOfABatchMakeItUp(threads: Int) {
    let loader = loader()
    for step in [2, 4] {
      let whole = expected(step)
      for cuts in [[0, 3], [0, 1, 1, 3], [0, 2, 3]] {
        let ends = cuts + [whole.count]
        let parts = zip(ends, ends.dropFirst()).flatMap { begin, end in
          take(loader, step: step, begin..<end, threads: threads).samples
        }
        #expect(parts == whole)
      }
    }
  }

  @Test func evaluationTakesTheImagesAsTheyAre() {
    let loader = loader(order: .file)
    for step in 0..<5 {
      let samples = take(loader, step: step, threads: 2).samples
      let images = 5 * step..<min(5 * step + 5, 23)
      #expect(samples.map(\.target) == images.map(SampleTarget.init))
      #expect(
        samples.map(\.values) == images.map { normalized(Self.images.bytes($0), Self.constants) }
      )
    }
  }

  /// Images of which some cannot be read.
  private struct Damaged: ImageDataset {
    let damaged: Set<Int>
    var count: Int { SampleLoaderTests.images.count }
    var shape: ImageShape { SampleLoaderTests.images.shape }
    var classes: [String] { SampleLoaderTests.images.classes }
    func label(_ index: Int) -> Int { SampleLoaderTests.images.label(index) }

    func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
      if damaged.contains(index) { throw Failure(.data, "image \(index) is damaged") }
      SampleLoaderTests.images.readPixels(index, into: pixels)
    }
  }

  @Test(arguments: [1, 2, 5])
  func theFirstDamagedImageIsNamed(threads: Int) {
    let whole = expected(6)
    for positions in [[3], [1, 2], [4, 0], [0, 1, 2, 3, 4]] {
      let images = positions.map { Int(whole[$0].target.label) }
      let loader = loader(Damaged(damaged: Set(images)))
      for _ in 0..<20 {
        let (samples, failure) = take(loader, step: 6, threads: threads)
        #expect(failure?.kind == .data)
        let first = whole[positions.min() ?? 0].target.label
        #expect(failure?.message == "image \(first) is damaged")
        for (position, sample) in samples.enumerated() {
          #expect(sample == (positions.contains(position) ? Self.untouched : whole[position]))
        }
      }
      // It is of that step alone.
      let (samples, failure) = take(loader, step: 7)
      #expect(failure == nil && samples == expected(7))
    }
  }
}
