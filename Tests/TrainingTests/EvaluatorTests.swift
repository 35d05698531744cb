import Collectives
import Datasets
import Kernels
import Networks
import Runs
import Synchronization
import Tensors
import Testing
import TestSupport
import Training

/// Evaluation sees every image once and gives the same bits everywhere.
@Suite(.serialized)
struct EvaluatorTests {
  @Test(arguments: [1, 99, 100, 101, 250])
  func everyImageCountsOnceWithTheSameBits(count: Int) throws {
    let source = smallSource(train: 10, test: count)
    let alone = try evaluate(source, Placing())
    #expect(alone.result.count == count)
    #expect(alone.reads.allSatisfy { $0 == 1 }, "\(alone.reads)")
    for placing in [
      Placing(threads: 2), Placing(threads: 5), Placing(ranks: 2), Placing(ranks: 3),
      Placing(ranks: 7), Placing(ranks: 2, threads: 3),
    ] {
      let other = try evaluate(source, placing)
      #expect(other.reads.allSatisfy { $0 == 1 }, "\(placing)")
      #expect(other.result.loss.bitPattern == alone.result.loss.bitPattern, "\(placing)")
      #expect(other.result == alone.result, "\(placing)")
      let isEqual = other.logits == alone.logits
      #expect(isEqual, "logits on \(placing)")
    }
  }

  @Test(arguments: [1, 101, 250], [5, 6, 12])
  func lossAndAccuracyFollowFromTheLogits(count: Int, classes: Int) throws {
    let source = smallSource(train: 10, test: count, classes: classes)
    let (result, logits, _) = try evaluate(source, Placing(ranks: 2))
    var (loss, correct, near) = (0.0, 0, 0)
    for image in 0..<count {
      let row = logits[image * classes..<(image + 1) * classes].map {
        Double(Float(bitPattern: $0))
      }
      let label = source.measured.images.label(image)
      let top = row.max() ?? 0
      if row.firstIndex(of: top) == label { correct += 1 }
      let order = row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }
      if order.prefix(5).contains(label) { near += 1 }
      loss += Elementary.log(row.reduce(0) { $0 + Elementary.exp($1 - top) }) - (row[label] - top)
    }
    #expect(result.correct == correct)
    #expect(result.accuracy == Double(correct) / Double(count))
    // With five classes the label is always among the first five, which says nothing.
    #expect(result.correct5 == (classes > 5 ? near : nil))
    #expect(result.accuracy5 == (classes > 5 ? Double(near) / Double(count) : nil))
    if count == 250 && classes > 5 { #expect(near > correct && near < count) }
    #expect(abs(result.loss - loss / Double(count)) < 1e-13 * abs(result.loss))
  }

  /// Every rank's result, the same on all; all logits in image order; how often each image was
  /// read.
  private func evaluate(
    _ source: DataSource,
    _ placing: Placing
  ) throws -> (result: EvaluationResult, logits: [UInt32], reads: [Int]) {
    let counted = CountedImages(source.measured.images)
    let model = try smallCNN(source)
    let ranks = try ThreadWorld.run(ranks: placing.ranks) { c in
      let parameters = FloatBuffer(count: model.layout.count)
      model.initialize(parameters, seed: 5)
      let evaluator = Evaluator(
        model,
        parameters: parameters,
        dataset: counted,
        normalization: source.normalization,
        communicator: c,
        team: threadTeam(size: placing.threads) { BLAS.useOneThread() },
        kernels: KernelSet(.best)
      )
      var logits: [Int: [UInt32]] = [:]
      let result = try evaluator.evaluate { first, values in
        logits[first] = values.map(\.bitPattern)
      }
      let own = evaluator.imageOffsets[c.rank]..<evaluator.imageOffsets[c.rank + 1]
      return (result, logits, own)
    }
    #expect(ranks.allSatisfy { $0.0 == ranks[0].0 })
    for (_, logits, own) in ranks { #expect(logits.keys.allSatisfy { own.contains($0) }) }
    let logits = ranks.flatMap(\.1).sorted { $0.key < $1.key }.flatMap(\.value)
    return (ranks[0].0, logits, counted.reads)
  }

  /// Images that count how often each is read.
  private final class CountedImages: ImageDataset {
    private let images: any ImageDataset
    private let counts: Mutex<[Int]>

    init(_ images: any ImageDataset) {
      self.images = images
      counts = Mutex(Array(repeating: 0, count: images.count))
    }

    var reads: [Int] { counts.withLock { $0 } }
    var count: Int { images.count }
    var shape: ImageShape { images.shape }
    var classes: [String] { images.classes }
    func label(_ index: Int) -> Int { images.label(index) }
    func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
      counts.withLock { $0[index] += 1 }
      try images.readPixels(index, into: pixels)
    }
  }
}
