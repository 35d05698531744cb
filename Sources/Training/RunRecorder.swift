import Plans
import Runs
import Tensors

/// Sums up steps into intervals and epochs and writes their rows; the console is told of each row.
final class RunRecorder: TrainingObserver {
  /// Sums over some steps.
  struct Sums {
    var samples = 0
    var loss = 0.0
    var penalty = 0.0
    var correct = 0
    var correct5: Int?
    var seconds = 0.0

    mutating func add(_ step: StepMetrics) {
      samples += step.samples
      loss += step.lossSum
      penalty += step.penalty * Double(step.samples)
      correct += step.correct
      if let near = step.correct5 { correct5 = (correct5 ?? 0) + near }
      seconds += step.seconds
    }

    var meanLoss: Double? { samples > 0 ? loss / Double(samples) : nil }
    var meanPenalty: Double? { samples > 0 ? penalty / Double(samples) : nil }
    var accuracy: Double? { samples > 0 ? Double(correct) / Double(samples) : nil }
    var accuracy5: Double? { correct5.map { Double($0) / Double(samples) } }
    var rate: Double? { seconds > 0 ? Double(samples) / seconds : nil }
  }

  private let horizon: Horizon
  private let logEvery: Int
  private let log: MetricsLog?
  private let console: (any RunConsole)?
  private let models: ModelWriter
  private let begun = ContinuousClock.now
  private var interval = Sums()
  private(set) var lastEpoch = Sums()
  private(set) var whole = Sums()
  private var epochNumber = -1

  init(
    _ horizon: Horizon,
    logEvery: Int,
    log: MetricsLog?,
    console: (any RunConsole)?,
    models: ModelWriter
  ) {
    (self.horizon, self.logEvery, self.log, self.console) = (horizon, logEvery, log, console)
    self.models = models
  }

  /// Seconds since the run began.
  var seconds: Double { (ContinuousClock.now - begun) / .seconds(1) }

  func finished(step: StepMetrics) throws {
    if step.epoch != epochNumber {
      epochNumber = step.epoch
      lastEpoch = Sums()
    }
    interval.add(step)
    lastEpoch.add(step)
    whole.add(step)
    console?.moved(to: step.step, loss: interval.meanLoss, rate: interval.rate)
    if step.step % logEvery == 0 || step.step == horizon.steps {
      try write(.train, interval, step)
      interval = Sums()
    }
    if step.step % horizon.stepsPerEpoch == 0 { try write(.epoch, lastEpoch, step) }
  }

  func evaluated(_ result: EvaluationResult, ofAverage: Bool, step: Int, epoch: Int) throws {
    let row = MetricsRow(
      kind: ofAverage ? .testOfAverage : .test,
      step: step,
      epoch: step == 0 ? 0 : epoch + 1,
      loss: result.loss,
      accuracy: result.accuracy,
      accuracy5: result.accuracy5,
      seconds: self.seconds
    )
    try log?.append(row)
    console?.show(row)
  }

  func keep(_ parameters: FloatBuffer, as kept: KeptModel, step: Int) throws {
    try models.keep(parameters, as: kept, step: step)
  }

  private func write(_ kind: MetricsRow.Kind, _ sums: Sums, _ step: StepMetrics) throws {
    guard let loss = sums.meanLoss, let accuracy = sums.accuracy, log != nil || console != nil
    else { return }
    let row = MetricsRow(
      kind: kind,
      step: step.step,
      epoch: step.epoch + 1,
      loss: loss,
      penalty: sums.meanPenalty,
      accuracy: accuracy,
      accuracy5: sums.accuracy5,
      gradientNorm: step.gradientNorm,
      learningRate: step.multiplier * horizon.learningRate,
      multiplier: step.multiplier,
      decay: horizon.decayPart(at: step.step - 1),
      imagesPerSecond: sums.rate,
      seconds: seconds
    )
    try log?.append(row)
    console?.show(row)
  }
}
