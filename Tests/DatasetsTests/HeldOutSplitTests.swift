import Datasets
import Tensors
import TestSupport
import Testing

struct HeldOutSplitTests {
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
    let split = try HeldOutSplit(of: images((0..<200).map { $0 * 7 % 10 }), fraction: 0.15)
    let (train, held) = (numbers(split.train), numbers(split.held))
    #expect((train + held).sorted() == Array(0..<200))
    #expect(train == train.sorted())
    #expect(held == held.sorted())
    #expect(split.held.shape == ImageShape(height: 1, width: 1, channels: 1))
    #expect(split.held.classes.count == 10)
  }

  @Test func labelsStayWithTheirImages() throws {
    let labels = (0..<200).map { $0 * $0 % 10 }
    let split = try HeldOutSplit(of: images(labels), fraction: 0.3)
    for part in [split.train, split.held] {
      #expect((0..<part.count).map(part.label) == numbers(part).map { labels[$0] })
    }
  }

  @Test(arguments: [0.05, 0.1, 0.25, 0.5, 0.9])
  func everyClassGivesItsShare(fraction: Double) throws {
    // 20 images of class 0, 40 of class 1, 60 of class 2, mixed.
    let labels = (0..<120).map { $0 % 6 == 0 ? 0 : $0 % 3 == 1 ? 1 : 2 }
    let sizes = (0..<3).map { c in labels.count { $0 == c } }
    let held = try HeldOutSplit(of: images(labels), fraction: fraction).held
    for label in 0..<3 {
      let share = (0..<held.count).count { held.label($0) == label }
      #expect(share == Int((fraction * Double(sizes[label])).rounded()))
    }
  }

  @Test func heldOutImagesAreSpreadEvenly() throws {
    // 100 images of one class, a tenth held out: the middle of each ten.
    let split = try HeldOutSplit(of: images(Array(repeating: 0, count: 100)), fraction: 0.1)
    #expect(numbers(split.held) == stride(from: 5, to: 100, by: 10).map { $0 })
    let third = try HeldOutSplit(of: images(Array(repeating: 0, count: 10)), fraction: 0.3)
    #expect(numbers(third.held) == [1, 5, 8])
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
      try HeldOutSplit(of: images((0..<20).map { $0 % 2 }), fraction: fraction)
    }
    #expect(failure?.kind == .usage)
    #expect(failure?.message == message)
  }
}
