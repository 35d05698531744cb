import Checkpoints
import Collectives
import Datasets
import Networks
import Plans
import Runs
import Synchronization
import Tensors
import Testing
import TestSupport
import Training

/// A step that --audit has computed twice is applied if both came to the same, and only then.
@Suite(.serialized)
struct AuditTests {
  /// A plan whose steps are all computed twice, and a model for it.
  struct Variant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var plan = smallPlan(steps: 3)
    var model: @Sendable (DataSource) throws -> Model = smallCNN

    init(_ name: String, _ change: (inout Variant) -> Void = { _ in }) {
      testDescription = name
      change(&self)
    }
  }

  static let variants = [
    Variant("as usual"),
    Variant("a last batch shorter than the lanes") {
      ($0.plan.batchSize, $0.plan.lanes, $0.plan.steps) = (97, 11, nil)
    },
    Variant("rounds") {
      ($0.plan.batchNorm, $0.plan.allowSmallBatchNorm, $0.plan.accumulate) = (.lane, true, 2)
    },
    Variant("groups of several lanes, nothing fused") {
      ($0.plan.batchNorm, $0.plan.fusionsOff) = (.group(20), Set(Fusion.allCases))
      $0.plan.convolutions = .direct
    },
    Variant("halves of a lane, an average, clipping") {
      ($0.plan.batchSize, $0.plan.batchNorm) = (128, .group(8))
      ($0.plan.averageDecay, $0.plan.clipNorm, $0.plan.cutout) = (0.9, 0.5, 3)
    },
    Variant("draws in the network") {
      $0.model = { source in
        var net = ModelBuilder(input: source.train.shape)
        var x = net.add(
          "conv",
          Convolution(outputs: 6, kernel: 3, padding: 1, bias: true),
          net.input
        )
        x = net.add("bn", BatchNorm(), x)
        let a = net.add("left", Convolution(outputs: 6, kernel: 3, padding: 1), x)
        let b = net.add("right", Convolution(outputs: 6, kernel: 1), x)
        x = net.add("shake", ShakeShake(ShakeMode(.shake, .shake, .image)), x, a, b)
        x = net.add("drop", Dropout(rate: 0.3), x)
        x = net.add("pool", GlobalAveragePool(), x)
        _ = net.add("fc", Dense(outputs: source.train.classes.count), x)
        return net.model("drawing")
      }
    },
  ]

  @Test(arguments: variants)
  func stepsThatAreComputedTwiceAreTheSame(variant: Variant) throws {
    let source = smallSource()
    let model = try variant.model(source)
    let plain = try train(variant.plan, model, source)
    #expect(plain.outcome == .done && plain.steps.count >= 3)
    var plan = variant.plan
    for (ranks, threads, every) in [(1, 1, 1), (1, 3, 1), (2, 2, 1), (3, 1, 2), (8, 1, 1)] {
      plan.audit = every
      let audited = try train(plan, model, source, Placing(ranks: ranks, threads: threads))
      #expect(audited.difference(from: plain) == nil, "\(ranks) ranks, \(threads) threads")
    }
  }

  /// Something that happens once.
  private final class Once: Sendable {
    private let isDone = Atomic(false)
    var isFirst: Bool { !isDone.exchange(true, ordering: .relaxed) }
  }

  /// What every rank throws, and whether its state is as it was before the step that failed.
  private func failures(
    _ plan: TrainingPlan,
    ranks: Int,
    threads: Int = 1,
    source: @escaping @Sendable (_ rank: Int) -> DataSource = { _ in smallSource() },
    spoil: @escaping @Sendable (Trainer) -> Void = { _ in }
  ) throws -> [Failure] {
    try ThreadWorld.run(ranks: ranks) { c in
      let source = source(c.rank)
      let placing = Placing(ranks: ranks, threads: threads)
      let trainer = try trainer(plan, smallCNN(source), source, c, placing)
      spoil(trainer)
      func state() throws -> [UInt32] {
        try trainer.parameters.elements.map(\.bitPattern)
          + trainer.state.pieces.flatMap { try $0.withValues { $0.map(\.bitPattern) } }
      }
      var before = try state()
      do {
        _ = try trainer.run(StepWatcher { _ in before = try state() })
      } catch let failure as Failure {
        #expect(failure.isAgreed && failure.kind == .diverged)
        #expect(try state() == before && trainer.progress.step == 1)
        return failure
      }
      throw ContractViolation("nobody noticed")
    }
  }

  /// Bit 12 of an element of a lane's gradient turns over, on whoever trains or audits.
  @Test(arguments: [(1, 1), (1, 2), (2, 1), (3, 1), (8, 1)], [false, true])
  func aFlippedBitIsNamedBeforeItIsApplied(_ place: (ranks: Int, threads: Int), again: Bool) throws
  {
    var plan = smallPlan()
    plan.audit = 2
    let layout = try smallCNN(smallSource()).layout
    let element = try #require(layout["conv2.weight"]).range.lowerBound + 1024
    let once = Once()
    let (ranks, threads) = place
    let all = try failures(
      plan,
      ranks: ranks,
      threads: threads,
      spoil: { trainer in
        trainer.disturb(again: again) { lane, first, values in
          guard lane == 5, first == element, once.isFirst else { return }
          values[100] = Float(bitPattern: values[100].bitPattern ^ 1 << 12)
        }
      }
    )
    let host = SoloCommunicator().hosts[0]
    let (own, other) = [2: (1, 0), 3: (1, 0), 8: (5, 1)][ranks] ?? (0, 0)
    let who =
      ranks > 1
      ? "rank \(own) on \(host) and rank \(other) on \(host)"
      : threads > 1 ? "two threads on \(host)" : "one thread on \(host), twice"
    #expect(
      all.allSatisfy {
        $0.message == "step 2, which --audit had computed twice, differs first in the gradient of "
          + "conv2.weight, lane 5, computed by \(who): a silent error of CPU or memory; nothing of "
          + "the step was applied, so check \(host) and go on from the last checkpoint."
      },
      "\(all[0].message)"
    )
  }

  /// Images of which one has another pixel when it is read for the first time in an audited step.
  private struct Flipped: ImageDataset {
    let whole: any ImageDataset
    let image: Int
    let once = Once()

    var count: Int { whole.count }
    var shape: ImageShape { whole.shape }
    var classes: [String] { whole.classes }

    func label(_ index: Int) -> Int { whole.label(index) }

    func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
      try whole.readPixels(index, into: pixels)
      if index == image, once.isFirst { pixels[40] ^= 64 }
    }
  }

  /// An error in forward reaches all lanes through BatchNorm; where it began is said all the same.
  @Test(arguments: [1, 2, 3])
  func anErrorInForwardIsNamedWhereItBegan(ranks: Int) throws {
    var plan = smallPlan()
    (plan.audit, plan.augment) = (2, .none)
    let order = EpochOrder(count: 200, seed: plan.seed)
    order.prepare(epoch: 0)
    let (image, lane) = (order[plan.batchSize + 22], 22 / (plan.batchSize / plan.lanes))
    let all = try failures(
      plan,
      ranks: ranks,
      source: { rank in
        let small = smallSource()
        guard rank == 0 else { return small }
        return DataSource(
          name: "flipped",
          train: Flipped(whole: small.train, image: image),
          test: small.test,
          normalization: small.normalization
        )
      }
    )
    let place = "differs first in the values that bn1 normalises, lane \(lane), computed by"
    #expect(all.allSatisfy { $0.message.contains(place) }, "\(all[0].message)")
  }

  /// What cannot be read ends the run as it does without an audit.
  @Test func imagesThatCannotBeReadAreNoDifference() throws {
    struct Torn: ImageDataset {
      let whole: any ImageDataset
      let once = Once()
      var count: Int { whole.count }
      var shape: ImageShape { whole.shape }
      var classes: [String] { whole.classes }
      func label(_ index: Int) -> Int { whole.label(index) }
      func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
        if index == 7, once.isFirst { throw Failure(.data, "photo 7 is torn.") }
        try whole.readPixels(index, into: pixels)
      }
    }
    var plan = smallPlan(steps: 5)
    plan.audit = 1
    let seen = try TestSupport.failures(ranks: 3) { [plan] c in
      let small = smallSource()
      let source = DataSource(
        name: "torn",
        train: Torn(whole: small.train),
        test: small.test,
        normalization: small.normalization
      )
      _ = try trainer(plan, smallCNN(source), source, c).run(StepWatcher())
    }
    #expect(seen.allSatisfy { $0?.kind == .data && $0?.message.hasSuffix("is torn.") == true })
  }

  /// Three ranks hold 3, 3 and 2 lanes; whoever holds two computes three again.
  @Test func itsMemoryIsCounted() throws {
    let model = try smallCNN(smallSource())
    func parts(_ audit: Int?, ranks: Int) throws -> Int {
      var plan = smallPlan(batch: 64)
      plan.audit = audit
      return try StepMemory(plan, model, ranks: ranks, threads: 1).total
    }
    #expect(try parts(1000, ranks: 1) == parts(nil, ranks: 1))
    let (plain, audited) = (try parts(nil, ranks: 8), try parts(1000, ranks: 8))
    #expect(audited > plain && audited < plain + plain / 10)
    #expect(try parts(1000, ranks: 3) > parts(nil, ranks: 3))
  }
}
