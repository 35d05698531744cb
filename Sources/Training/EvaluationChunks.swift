import Collectives
import Networks
import Runs
import Tensors

/// The sums of an evaluation: over the images of a chunk in order, then over chunks in the
/// canonical tree, the same on every rank.
///
/// Chunks are dealt to the ranks in contiguous runs. Losses are Float64, answers whole numbers.
struct EvaluationChunks {
  /// What the images of a chunk add up to.
  struct Sums: BitwiseCopyable {
    var loss = 0.0
    /// Right answers.
    var correct = 0
    /// Labels among the five largest logits.
    var correct5 = 0
  }

  /// The chunks of this rank.
  let own: Range<Int>
  private let images: Int
  private let communicator: any Communicator
  private let offsets: [Int]
  private var sums: [Sums]

  /// The chunks of `images` images, of which each rank sums up its own.
  init(images: Int, _ communicator: any Communicator) {
    let count = (images + Evaluator.chunk - 1) / Evaluator.chunk
    (self.images, self.communicator) = (images, communicator)
    own = share(communicator.rank, of: communicator.size, total: count)
    sums = Array(repeating: Sums(), count: count)
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

  /// Puts down what one of this rank's chunks adds up to.
  mutating func set(_ chunk: Int, _ chunkSums: Sums) { sums[chunk] = chunkSums }

  /// The sums over all chunks; every rank calls it when it has put down its own.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  mutating func result(classes: Int) throws -> EvaluationResult {
    let stride = MemoryLayout<Sums>.stride
    try sums.withUnsafeMutableBytes {
      try communicator.allGather($0, offsets: offsets.map { $0 * stride })
    }
    var losses = sums.map(\.loss)
    let loss = losses.withUnsafeMutableBufferPointer {
      CanonicalTree(leaves: $0.count).sum(inPlace: $0)
    }
    let correct5 = sums.reduce(0) { $0 + $1.correct5 }
    return EvaluationResult(
      loss: loss / Double(images),
      correct: sums.reduce(0) { $0 + $1.correct },
      correct5: classes > SoftmaxCrossEntropy.nearest ? correct5 : nil,
      count: images
    )
  }
}
