import Networks
import Optimizers
import Plans
import Tensors
import Testing

/// Plans that cannot be run are refused in a sentence that names the flag.
struct ValidationTests {
  /// A plan that is refused, and what its sentence must hold.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let ranks: Int
    let parts: [String]
    var plan = TrainingPlan()

    init(
      _ name: String,
      ranks: Int = 1,
      _ parts: [String],
      _ change: (inout TrainingPlan) -> Void
    ) {
      (testDescription, self.ranks, self.parts) = (name, ranks, parts)
      change(&plan)
    }
  }

  static let refusals: [Refusal] = [
    Refusal("fewer samples than lanes", ["--batch-size 7", "--lanes 8"]) { $0.batchSize = 7 },
    Refusal("more ranks than lanes", ranks: 9, ["9 ranks", "8 lanes", "--lanes 9", "bits"]) { _ in
    },
    Refusal("small lanes", ["--bn lane", "over only 7", "--allow-small-bn"]) {
      ($0.batchSize, $0.batchNorm) = (63, .lane)
    },
    Refusal("small groups", ["--bn group:4", "over only 4", "--allow-small-bn"]) {
      $0.batchNorm = .group(4)
    },
    Refusal("a group that does not divide the batch", ["--bn group:48", "128"]) {
      $0.batchNorm = .group(48)
    },
    Refusal("lanes that do not divide the batch", ["--bn group:25", "8 lanes", "100"]) {
      ($0.batchSize, $0.batchNorm) = (100, .group(25))
    },
    Refusal("a group across lanes", ["--bn group:32", "lanes of 24 samples"]) {
      ($0.batchSize, $0.lanes, $0.batchNorm) = (96, 4, .group(32))
    },
    Refusal("rounds without lanes", ["--accumulate 9", "--lanes 8"]) {
      ($0.accumulate, $0.batchNorm) = (9, .lane)
    },
    Refusal("rounds of the whole batch", ["--accumulate 2", "--bn batch", "8 of", "--bn lane"]) {
      $0.accumulate = 2
    },
    Refusal("rounds of groups of lanes", ["--accumulate 4", "--bn group:32", "2 of", "group:N"]) {
      ($0.accumulate, $0.batchNorm) = (4, .group(32))
    },
    Refusal("an unknown model", ["--model vgg", "smallcnn, resnet20"]) { $0.model = "vgg" },
    Refusal("an unknown rule", ["--opt adamax", "adamw, adam, sgdw"]) { $0.rule = "adamax" },
    Refusal("a mixture without branches", ["--shake even-even-image", "resnet20", "shake26-2x64d"])
    {
      $0.shake = ShakeMode(.even, .even, .image)
    },
    Refusal("both decays", ["--weight-decay", "--weight-decay-norm", "exclude"]) {
      ($0.weightDecay, $0.weightDecayNorm) = (1e-4, 0.025)
    },
    Refusal("sgd with raw decay", ["--weight-decay:", "sgd", "adamw, sgdw have", "--l2"]) {
      ($0.rule, $0.weightDecay) = ("sgd", 1e-4)
    },
    Refusal("sgd with normalised decay", ["--weight-decay-norm:", "sgd", "adamw, sgdw have"]) {
      ($0.rule, $0.weightDecayNorm) = ("sgd", 0.025)
    },
    Refusal("an exception from no decay", ["--no-decay:", "adam ", "adamw, sgdw have."]) {
      ($0.rule, $0.noDecay) = ("adam", [.norm])
    },
    Refusal("a decay factor without decay", ["--decay-scale:", "sgd"]) {
      ($0.rule, $0.decayFactors) = ("sgd", [.norm: 0.5])
    },
    Refusal("a tensor with no decay and some", ["--no-decay", "--decay-scale", "norm"]) {
      ($0.noDecay, $0.decayFactors) = ([.norm, .bias], [.norm: 0.5])
    },
    Refusal("an exception from no L2", ["--no-l2", "--l2"]) { $0.noL2 = [.bias] },
    Refusal("a constant of another rule", ["--momentum:", "adamw", "sgdw, sgd, rmsprop have"]) {
      $0.momentum = 0.9
    },
    Refusal("amsgrad for sgd", ["--amsgrad:", "sgd"]) { ($0.rule, $0.amsgrad) = ("sgd", true) },
    Refusal("swats in another dialect", ["--opt swats", "--dialect keras", "paper"]) {
      ($0.rule, $0.dialect) = ("swats", .keras)
    },
    Refusal("dampening outside of Torch", ["--dampening", "pytorch or authors"]) {
      ($0.rule, $0.dampening) = ("sgd", 0.5)
    },
    Refusal("nesterov without momentum", ["--nesterov", "--momentum"]) {
      ($0.rule, $0.momentum, $0.nesterov) = ("sgd", 0, true)
    },
    Refusal("normalised decay in PyTorch", ["--weight-decay-norm", "paper and authors", "pytorch"])
    {
      ($0.dialect, $0.weightDecayNorm) = (.pytorch, 0.025)
    },
    Refusal("TensorFlow Addons without decay", ["--dialect tfa", "--weight-decay"]) {
      $0.dialect = .tfa
    },
    Refusal("clipped SWATS", ["--clip-grad", "swats"]) {
      ($0.rule, $0.clipNorm) = ("swats", 1)
    },
    Refusal("nothing but warm-up", ["--warmup-epochs 10", "--epochs 10"]) { $0.warmupEpochs = 10 },
    Refusal("a best of one evaluation", ["--save-best", "--eval-every 0"]) {
      ($0.saveBest, $0.evalEvery) = (true, 0)
    },
    Refusal("an early stop without evaluations", ["--early-stop", "--eval-every 0"]) {
      ($0.earlyStop, $0.evalEvery) = (3, 0)
    },
    Refusal("more warm-up than epochs", ["--warmup-epochs 11"]) { $0.warmupEpochs = 11 },
    Refusal("knots of no schedule", ["--knots", "--sched cosine", "-constant and piecewise-l"]) {
      $0.knots = [ScheduleKnot(epoch: 5, multiplier: 0.1)]
    },
    Refusal("half a period of steps", ["--cosine-period", "--sched step", "belongs to cosine."]) {
      ($0.schedule, $0.cosinePeriod, $0.epochs) = (.step, .half, 90)
    },
    Refusal("drops of a cosine", ["--step-epochs", "belongs to step."]) { $0.stepEpochs = [5] },
    Refusal("a drop without steps", ["--step-factor", "belongs to step."]) {
      ($0.schedule, $0.stepFactor) = (.fixed, 0.5)
    },
    Refusal("a restart without restarts", ["--restart-epochs", "belongs to warm-restarts."]) {
      $0.restartEpochs = 3
    },
    Refusal("growth without restarts", ["--restart-mult", "warm-restarts."]) {
      $0.restartFactor = 3
    },
    Refusal("a floor without restarts", ["--eta-min", "warm-restarts."]) { $0.etaMin = 0.1 },
    Refusal("a top without restarts", ["--eta-max", "warm-restarts."]) { $0.etaMax = 0.9 },
    Refusal("forgetting without restarts", ["--restart-momentum", "warm-restarts."]) {
      $0.restartMomentum = .keep
    },
    Refusal("a floor above the top", ["--eta-min 0.5", "--eta-max 0.4"]) {
      ($0.schedule, $0.etaMin, $0.etaMax) = (.warmRestarts, 0.5, 0.4)
    },
    Refusal("a restart too many", ["--restart-epochs 2", "--epochs 20001", "10000 periods"]) {
      ($0.schedule, $0.restartEpochs, $0.epochs) = (.warmRestarts, 2, 20_001)
      $0.restartFactor = 1
    },
    Refusal("pieces without knots", ["--sched piecewise-linear", "--knots, such as"]) {
      $0.schedule = .piecewiseLinear
    },
    Refusal("steps behind the end", ["--step-epochs: the first is 30", "--epochs 10"]) {
      $0.schedule = .step
    },
    Refusal("pieces behind the end", ["--knots: the first is 10,", "--epochs 10"]) {
      ($0.schedule, $0.knots) = (.piecewiseConstant, [ScheduleKnot(epoch: 10, multiplier: 0)])
    },
  ]

  @Test(arguments: refusals)
  func isRefused(refusal: Refusal) {
    let failure = #expect(throws: Failure.self) {
      try refusal.plan.validate(ranks: refusal.ranks)
    }
    #expect(failure?.kind == .usage)
    let missing = refusal.parts.filter { failure?.message.contains($0) != true }
    #expect(missing.isEmpty, "\(failure?.message ?? "")")
  }

  @Test func whatFitsIsTaken() throws {
    for ranks in 1...8 { try TrainingPlan().validate(ranks: ranks) }
    for (batch, lanes, norm) in [
      (64, 8, BatchNormMode.lane), (8, 8, .batch), (128, 8, .group(8)), (128, 8, .group(128)),
      (96, 4, .group(48)), (97, 7, .batch), (97, 7, .lane),
    ] {
      var plan = TrainingPlan()
      (plan.batchSize, plan.lanes, plan.batchNorm) = (batch, lanes, norm)
      try plan.validate(ranks: 1)
    }
    var plan = TrainingPlan()
    (plan.batchNorm, plan.batchSize, plan.allowSmallBatchNorm) = (.lane, 8, true)
    try plan.validate(ranks: 8)
    for (accumulate, norm) in [(8, BatchNormMode.lane), (3, .group(16)), (4, .group(8))] {
      plan = TrainingPlan()
      (plan.accumulate, plan.batchNorm) = (accumulate, norm)
      for ranks in 1...8 { try plan.validate(ranks: ranks) }
    }
    plan = TrainingPlan()
    (plan.accumulate, plan.lanes) = (1, 1)
    try plan.validate(ranks: 1)
    plan = TrainingPlan()
    plan.warmupEpochs = 9
    try plan.validate(ranks: 1)
    for name in ModelCatalog.names {
      plan.model = name
      try plan.validate(ranks: 1)
    }
    plan = TrainingPlan()
    (plan.schedule, plan.etaMin, plan.etaMax) = (.warmRestarts, 0.5, 0.5)
    (plan.restartEpochs, plan.restartFactor, plan.epochs) = (2, 1, 20_000)
    try plan.validate(ranks: 1)
    // Six periods, of 1, 100, 10,000 and more epochs.
    (plan.restartEpochs, plan.restartFactor, plan.epochs) = (1, 100, 2_147_483_647)
    try plan.validate(ranks: 1)
    plan.dialect = .authors
    (plan.etaMin, plan.etaMax) = (nil, nil)
    try plan.validate(ranks: 1)
    plan = TrainingPlan()
    (plan.schedule, plan.epochs) = (.step, 31)
    try plan.validate(ranks: 1)
    // Where a line ends may lie behind the run's end.
    plan = TrainingPlan()
    (plan.schedule, plan.knots) = (.piecewiseLinear, [ScheduleKnot(epoch: 20, multiplier: 0)])
    try plan.validate(ranks: 1)
  }

  @Test(arguments: ["batch", "lane", "group:1", "group:64"])
  func normModesComeBack(text: String) throws {
    #expect(try #require(BatchNormMode(text)).description == text)
  }

  @Test func normModesBecomeGroups() throws {
    func grouping(_ text: String, _ batch: Int, _ lanes: Int) throws -> BatchNormGrouping {
      try #require(BatchNormMode(text)).grouping(batch: batch, lanes: lanes, allowSmall: true)
    }
    #expect(try grouping("batch", 97, 7) == .lanes(7))
    #expect(try grouping("lane", 128, 8) == .parts(1))
    #expect(try grouping("group:64", 128, 8) == .lanes(4))
    #expect(try grouping("group:128", 128, 8) == .lanes(8))
    #expect(try grouping("group:16", 128, 8) == .lanes(1))
    #expect(try grouping("group:4", 128, 8) == .parts(4))
    #expect(try grouping("group:1", 8, 8) == .lanes(1))
    #expect(BatchNormMode("group:2:3") == nil && BatchNormMode("group: 8") == nil)
  }
}
