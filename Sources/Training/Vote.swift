import Collectives
import Datasets
import Networks
import Runs
import Tensors

/// Evaluates several parameters of one model, or views of each image, by vote: a class gets the mean
/// of its softmax probabilities.
///
/// These are the snapshot ensembles of Huang et al. 2017 (arXiv 1704.00109). The loss of an image
/// is −log of its label's mean probability. Sums go as in `Evaluator`, and probabilities over
/// members in their order and for each over views, so the bits are the same on any number of ranks and threads.
final class Vote {
  private let evaluator: Evaluator
  private let parameters: FloatBuffer
  private let members: [FloatBuffer]
  private let views: TestViews
  private let dataset: any ImageDataset
  private let loss: SoftmaxCrossEntropy
  private var chunks: EvaluationChunks
  /// The first image of this rank.
  private let begin: Int
  /// Of each image of this rank, the sum of each class's probabilities.
  private let sums: UnsafeMutableBufferPointer<Double>

  /// A vote of `members`, buffers of the whole layout like `parameters`, which `evaluator` reads.
  init(
    _ members: [FloatBuffer],
    views: TestViews = .none,
    _ evaluator: Evaluator,
    parameters: FloatBuffer,
    classes: Int,
    dataset: any ImageDataset,
    communicator: any Communicator
  ) {
    (self.members, self.evaluator, self.parameters) = (members, evaluator, parameters)
    (self.dataset, self.views) = (dataset, views)
    loss = SoftmaxCrossEntropy(classes: classes, smoothing: 0)
    chunks = EvaluationChunks(images: dataset.count, communicator)
    let offsets = chunks.imageOffsets
    begin = offsets[communicator.rank]
    sums = .allocate(capacity: (offsets[communicator.rank + 1] - begin) * classes)
  }

  deinit { sums.deallocate() }

  /// Evaluates; `logits` is told, chunk by chunk on the rank that has it, the number of the first
  /// image and the logarithms of the mean probabilities, which are logits of these.
  ///
  /// Every rank must call it; all get the same result.
  func evaluate(
    logits: (_ first: Int, _ values: UnsafeBufferPointer<Float>) -> Void
  ) throws -> EvaluationResult {
    sums.initialize(repeating: 0)
    let classes = loss.classes
    for member in members {
      if member !== parameters {
        parameters.base.update(from: member.base, count: parameters.count)
      }
      for mirrored in views.mirrored { try add(mirrored) }
    }
    let voters = Double(members.count * views.mirrored.count)
    var values = [Float](repeating: 0, count: Evaluator.chunk * classes)
    for chunk in chunks.own {
      let images = chunks.images(of: chunk)
      let part = UnsafeBufferPointer(
        rebasing: sums[
          (images.lowerBound - begin) * classes..<(images.upperBound - begin) * classes
        ]
      )
      count(part, images, chunk, voters: voters)
      for (i, sum) in part.enumerated() {
        values[i] = Float(Elementary.log(sum / voters))
      }
      values.withUnsafeBufferPointer {
        logits(images.lowerBound, UnsafeBufferPointer(rebasing: $0[..<part.count]))
      }
    }
    return try chunks.result(classes: classes)
  }

  /// Adds the probabilities that a member gives a view of each image.
  private func add(_ mirrored: Bool) throws {
    let classes = loss.classes
    _ = try evaluator.evaluate(mirrored: mirrored) { [loss, sums, begin] first, values in
      guard let row = values.baseAddress, let sum = sums.baseAddress else { return }
      for sample in 0..<values.count / classes {
        loss.addProbabilities(
          of: row + sample * classes,
          to: sum + (first - begin + sample) * classes
        )
      }
    }
  }

  /// Puts down a chunk's numbers.
  private func count(
    _ sums: UnsafeBufferPointer<Double>,
    _ images: Range<Int>,
    _ chunk: Int,
    voters: Double
  ) {
    guard var row = sums.baseAddress else { return }
    var total = EvaluationChunks.Sums()
    for image in images {
      let label = dataset.label(image)
      let before = standing(of: label, in: row, classes: loss.classes)
      total.loss -= Elementary.log(row[label] / voters)
      if before == 0 { total.correct += 1 }
      if before < SoftmaxCrossEntropy.nearest { total.correct5 += 1 }
      row += loss.classes
    }
    chunks.set(chunk, total)
  }
}
