import Datasets
import Tensors
import TestSupport
import Testing

struct TrainingSplitTests {
  /// Images of one byte, their own number, so that a part tells which images it holds.
  private func images(_ labels: [Int]) -> ImageBytes {
    ImageBytes(shape: ImageShape(height: 1, width: 1, channels: 1), labels: labels) { image, _ in
      UInt8(image)
    }
  }

  private func numbers(_ part: any ImageDataset) -> [Int] {
    (0..<part.count).map { Int(part.bytes($0)[0]) }
  }

  @Test func partsAreDisjointCompleteAndInOrder() throws {
    let split = try TrainingSplit(
      of: images((0..<200).map { $0 * 7 % 10 }),
      heldOut: 0.15,
      train: nil
    )
    let heldImages = try #require(split.held)
    let (train, held) = (numbers(split.train), numbers(heldImages))
    #expect((train + held).sorted() == Array(0..<200))
    #expect(train == train.sorted())
    #expect(held == held.sorted())
    #expect(heldImages.shape == ImageShape(height: 1, width: 1, channels: 1))
    #expect(heldImages.classes.count == 10)
  }

  @Test func labelsStayWithTheirImages() throws {
    let labels = (0..<200).map { $0 * $0 % 10 }
    let split = try TrainingSplit(of: images(labels), heldOut: 0.3, train: nil)
    for part in [split.train, try #require(split.held)] {
      #expect((0..<part.count).map(part.label) == numbers(part).map { labels[$0] })
    }
  }

  @Test(arguments: [0.05, 0.1, 0.25, 0.5, 0.9])
  func everyClassGivesItsShare(fraction: Double) throws {
    // 20 images of class 0, 40 of class 1, 60 of class 2, mixed.
    let labels = (0..<120).map { $0 % 6 == 0 ? 0 : $0 % 3 == 1 ? 1 : 2 }
    let sizes = (0..<3).map { c in labels.count { $0 == c } }
    let split = try TrainingSplit(of: images(labels), heldOut: fraction, train: nil)
    let held = try #require(split.held)
    for label in 0..<3 {
      let share = (0..<held.count).count { held.label($0) == label }
      #expect(share == Int((fraction * Double(sizes[label])).rounded()))
    }
  }

  @Test func heldOutImagesAreSpreadEvenly() throws {
    // 100 images of one class, a tenth held out: the middle of each ten.
    let split = try TrainingSplit(
      of: images(Array(repeating: 0, count: 100)),
      heldOut: 0.1,
      train: nil
    )
    #expect(try numbers(#require(split.held)) == stride(from: 5, to: 100, by: 10).map { $0 })
    let third = try TrainingSplit(
      of: images(Array(repeating: 0, count: 10)),
      heldOut: 0.3,
      train: nil
    )
    #expect(try numbers(#require(third.held)) == [1, 5, 8])
  }

  @Test(arguments: [nil, 0.1, 0.4] as [Double?])
  func theTrainingPartComesFromWhatIsNotHeldOut(heldOut: Double?) throws {
    let labels = (0..<200).map { $0 * $0 % 10 }
    let whole = try TrainingSplit(of: images(labels), heldOut: heldOut, train: nil)
    let split = try TrainingSplit(of: images(labels), heldOut: heldOut, train: 0.3)
    #expect(split.held.map(numbers) == whole.held.map(numbers))
    let train = numbers(split.train)
    #expect(Set(train).isSubset(of: numbers(whole.train)))
    for label in Set(labels) {
      let size = labels.count { $0 == label }
      #expect(train.count { labels[$0] == label } == Int((0.3 * Double(size)).rounded()))
    }
  }

  @Test func bothFractionsMayTakeAll() throws {
    let labels = (0..<200).map { $0 % 10 }
    let split = try TrainingSplit(of: images(labels), heldOut: 0.1, train: 0.9)
    #expect(split.train.count == 180)
    let all = try TrainingSplit(of: images(labels), heldOut: nil, train: 1)
    #expect(numbers(all.train) == Array(0..<200))
    #expect(all.held == nil)
  }

  @Test(
    arguments: [
      (nil, 0.01, "--train-fraction 0.01 of 20 images leaves none to train on"),
      (nil, 0, "--train-fraction must be above 0 and at most 1, not 0.0"),
      (nil, 1.5, "--train-fraction must be above 0 and at most 1, not 1.5"),
      (
        0.5, 0.6,
        "--train-fraction 0.6 and --val-fraction 0.5 are more than all training images"
      ),
    ] as [(Double?, Double, String)]
  )
  func badTrainingPartsAreRefused(heldOut: Double?, part: Double, message: String) {
    let failure = failure {
      try TrainingSplit(of: images((0..<20).map { $0 % 2 }), heldOut: heldOut, train: part)
    }
    #expect(failure?.kind == .usage)
    #expect(failure?.message == message)
  }

  @Test(
    arguments: [
      (0.01, "--val-fraction 0.01 of 20 images leaves none to evaluate on"),
      (0.99, "--val-fraction 0.99 of 20 images leaves none to train on"),
      (0, "--val-fraction must be above 0 and below 1, not 0.0"),
      (1, "--val-fraction must be above 0 and below 1, not 1.0"),
      (-0.5, "--val-fraction must be above 0 and below 1, not -0.5"),
      (.nan, "--val-fraction must be above 0 and below 1, not nan"),
    ] as [(Double, String)]
  )
  func anEmptyPartIsRefused(fraction: Double, message: String) {
    let failure = failure {
      try TrainingSplit(of: images((0..<20).map { $0 % 2 }), heldOut: fraction, train: nil)
    }
    #expect(failure?.kind == .usage)
    #expect(failure?.message == message)
  }
}
