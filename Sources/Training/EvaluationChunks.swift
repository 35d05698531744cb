import Collectives
import Networks
import Runs
import Tensors

/// The sums of an evaluation: over the images of a chunk in order, then over chunks in the canonical tree, the same on every rank.
///
/// Chunks are dealt to the ranks in contiguous runs. Losses are Float64, answers whole numbers.
struct EvaluationChunks {
  /// Numbers of a chunk: loss sum, right answers, labels among the five largest logits.
  static let width = 3

  /// The chunks of this rank.
  let own: Range<Int>
  private let images: Int
  private let count: Int
  private let communicator: any Communicator
  private let offsets: [Int]
  private var sums: [Double]

  init(images: Int, _ communicator: any Communicator) {
    let count = (images + Evaluator.chunk - 1) / Evaluator.chunk
    (self.images, self.count, self.communicator) = (images, count, communicator)
    own = share(communicator.rank, of: communicator.size, total: count)
    sums = Array(repeating: 0, count: Self.width * count)
    offsets = (0...communicator.size).map { rank in
      rank == communicator.size
        ? count : share(rank, of: communicator.size, total: count).lowerBound
    }
  }

  /// The images of a chunk.
  func images(of chunk: Int) -> Range<Int> {
    chunk * Evaluator.chunk..<min((chunk + 1) * Evaluator.chunk, images)
  }

  /// Where each rank's images start, and the end of the last: R + 1 numbers.
  var imageOffsets: [Int] { offsets.map { min($0 * Evaluator.chunk, images) } }

  /// Puts down the `width` numbers of one of this rank's chunks.
  mutating func set(_ chunk: Int, _ numbers: UnsafePointer<Double>) {
    for k in 0..<Self.width { sums[Self.width * chunk + k] = numbers[k] }
  }

  /// The sums over all chunks; every rank calls it when it has put down its own.
  mutating func result(classes: Int) throws -> EvaluationResult {
    let stride = Self.width * MemoryLayout<Double>.stride
    try sums.withUnsafeMutableBytes {
      try communicator.allGather($0, offsets: offsets.map { $0 * stride })
    }
    var losses = (0..<count).map { sums[Self.width * $0] }
    let loss = losses.withUnsafeMutableBufferPointer {
      CanonicalTree(leaves: count).sum(inPlace: $0)
    }
    func counted(_ k: Int) -> Int {
      (0..<count).reduce(0) { $0 + Int(sums[Self.width * $1 + k]) }
    }
    return EvaluationResult(
      loss: loss / Double(images),
      correct: counted(1),
      correct5: classes > SoftmaxCrossEntropy.nearest ? counted(2) : nil,
      count: images
    )
  }
}
