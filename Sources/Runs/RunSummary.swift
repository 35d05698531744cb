import Tensors

/// What a run came to: the JSON object at its end.
public struct RunSummary: Encodable, Sendable {
  /// How it ended: done, stopped or diverged.
  public let state: RunState
  /// Why it ended before its last step, as status.json has it; null where it did not.
  public let message: String?
  /// Trained values of the model.
  public let parameters: Int
  /// Steps taken.
  public let steps: Int
  /// Of these, the ones whose update was left out.
  public let skippedSteps: Int
  /// Passes over the training images, whole or part.
  public let epochs: Double
  /// Mean loss over the steps of the last epoch begun; null when none was taken.
  public let trainLoss: Double?
  /// Right answers over the same steps, as a fraction.
  public let trainAccuracy: Double?
  /// Mean loss over the images held out at the last evaluation; null where none are.
  public let valLoss: Double?
  /// Right answers as a fraction.
  public let valAccuracy: Double?
  /// Images whose label is among the five largest logits, as a fraction; null with five classes or
  /// fewer.
  public let valAccuracy5: Double?
  /// Right answers of the weights' moving average, as a fraction; null without --ema.
  public let emaValAccuracy: Double?
  /// Mean loss over the test images at the last evaluation on them; null after a run that diverged
  /// before it.
  public let testLoss: Double?
  /// Right answers as a fraction.
  public let testAccuracy: Double?
  /// Images whose label is among the five largest logits, as a fraction; null with five classes or
  /// fewer.
  public let testAccuracy5: Double?
  /// Right answers of the weights' moving average, as a fraction; null without --ema.
  public let emaTestAccuracy: Double?
  /// The evaluation with the most right answers; of the moving average with --ema.
  public let best: BestEvaluation?
  /// Whether the run ended because no evaluation was better for too long.
  public let stoppedEarly: Bool
  /// The models at the ends of the restart periods, as names in the run folder, the earliest first.
  public let snapshots: [String]
  /// The model to use, as a name in the run folder (`KeptModels.recommended`); null where there is
  /// none, as after a run that diverged.
  public let recommended: String?
  /// Training images a second, evaluation left out; null when no step was taken.
  public let imagesPerS: Double?
  /// Seconds of the whole run.
  public let seconds: Double
  /// Ranks of the job, R.
  public let ranks: Int
  /// Threads of rank 0.
  public let threads: Int
  /// Lanes of a batch, L.
  public let lanes: Int
  /// The digest of the parameters, in hexadecimal.
  public let digest: String
  /// The digests of all its states, as one; null without --digest-every.
  public let chain: DigestChain?
  /// The path of the run folder.
  public let output: String
  /// The steps of the last checkpoint there; no part of the JSON object, and rank 0's to know.
  public let checkpoint: Int?

  /// What a run that ended in `state` at `progress` came to; `images` are those to train on, B.
  package init(
    _ state: RunState,
    _ progress: RunProgress,
    message: String?,
    parameters: Int,
    images: Int,
    stoppedEarly: Bool,
    seconds: Double,
    ranks: Int,
    threads: Int,
    lanes: Int,
    digest: Digest,
    output: String,
    checkpoint: Int?
  ) {
    (self.state, self.message, self.parameters) = (state, message, parameters)
    (steps, skippedSteps) = (progress.step, progress.skipped.total)
    epochs = (Double(progress.whole.samples) / Double(images) * 1e6).rounded() / 1e6
    (trainLoss, trainAccuracy) = (progress.epoch.meanLoss, progress.epoch.accuracy)
    let (val, test) = (progress.val, progress.test)
    (valLoss, valAccuracy) = (val.weights?.loss, val.weights?.accuracy)
    (valAccuracy5, emaValAccuracy) = (val.weights?.accuracy5, val.average?.accuracy)
    (testLoss, testAccuracy) = (test.weights?.loss, test.weights?.accuracy)
    (testAccuracy5, emaTestAccuracy) = (test.weights?.accuracy5, test.average?.accuracy)
    (best, self.stoppedEarly) = (progress.course.best, stoppedEarly)
    snapshots = progress.kept.snapshots
    recommended = progress.kept.recommended(state)
    (imagesPerS, self.seconds) = (progress.whole.rate, seconds)
    (self.ranks, self.threads, self.lanes) = (ranks, threads, lanes)
    (self.digest, chain) = (digest.description, progress.chain)
    (self.output, self.checkpoint) = (output, checkpoint)
  }

  /// Writes every key: what is unknown or not finite is null; throws what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    func finite(_ x: Double?) -> Double? { x.flatMap { $0.isFinite ? $0 : nil } }
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(state, forKey: .state)
    try object.encode(message, forKey: .message)
    try object.encode(parameters, forKey: .parameters)
    try object.encode(steps, forKey: .steps)
    try object.encode(skippedSteps, forKey: .skippedSteps)
    try object.encode(epochs, forKey: .epochs)
    try object.encode(finite(trainLoss), forKey: .trainLoss)
    try object.encode(finite(trainAccuracy), forKey: .trainAccuracy)
    try object.encode(finite(valLoss), forKey: .valLoss)
    try object.encode(finite(valAccuracy), forKey: .valAccuracy)
    try object.encode(finite(valAccuracy5), forKey: .valAccuracy5)
    try object.encode(finite(emaValAccuracy), forKey: .emaValAccuracy)
    try object.encode(finite(testLoss), forKey: .testLoss)
    try object.encode(finite(testAccuracy), forKey: .testAccuracy)
    try object.encode(finite(testAccuracy5), forKey: .testAccuracy5)
    try object.encode(finite(emaTestAccuracy), forKey: .emaTestAccuracy)
    try object.encode(best, forKey: .best)
    try object.encode(stoppedEarly, forKey: .stoppedEarly)
    try object.encode(snapshots, forKey: .snapshots)
    try object.encode(recommended, forKey: .recommended)
    try object.encode(finite(imagesPerS), forKey: .imagesPerS)
    try object.encode(seconds, forKey: .seconds)
    try object.encode(ranks, forKey: .ranks)
    try object.encode(threads, forKey: .threads)
    try object.encode(lanes, forKey: .lanes)
    try object.encode(digest, forKey: .digest)
    try object.encode(chain, forKey: .chain)
    try object.encode(output, forKey: .output)
  }

  private enum CodingKeys: String, CodingKey {
    case state, message, parameters, steps, skippedSteps, epochs, trainLoss, trainAccuracy
    case valLoss, valAccuracy, valAccuracy5, emaValAccuracy, testLoss, testAccuracy
    case testAccuracy5, emaTestAccuracy, best, stoppedEarly, snapshots, recommended
    case imagesPerS, seconds, ranks, threads, lanes, digest, chain, output
  }
}
