import Collectives
import Datasets
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// An image that one rank cannot read ends the run of all with its sentence.
@Suite(.serialized)
struct UnreadableImageTests {
  /// Images of which one cannot be read, perhaps only on one rank.
  private struct Torn: ImageDataset {
    let whole: any ImageDataset
    let torn: Int

    var count: Int { whole.count }
    var shape: ImageShape { whole.shape }
    var classes: [String] { whole.classes }

    func label(_ index: Int) -> Int { whole.label(index) }

    func readPixels(_ index: Int, into pixels: UnsafeMutablePointer<UInt8>) throws(Failure) {
      if index == torn { throw Failure(.data, "photo \(index) is torn.") }
      try whole.readPixels(index, into: pixels)
    }
  }

  private func run(
    ranks: Int,
    _ source: @escaping @Sendable (_ rank: Int) -> DataSource
  ) throws -> [Failure?] {
    try failures(ranks: ranks) { c in
      let source = source(c.rank)
      var plan = smallPlan(batch: 40, steps: 10)
      plan.augment = .none
      let trainer = try trainer(plan, try smallCNN(source), source, c)
      _ = try trainer.run(StepWatcher())
    }
  }

  @Test(arguments: [1, 2, 3, 8])
  func inTrainingEndsAllAlike(ranks: Int) throws {
    let small = smallSource()
    let seen = try run(ranks: ranks) { _ in
      DataSource(
        name: "torn",
        train: Torn(whole: small.train, torn: 77),
        test: small.test,
        normalization: small.normalization
      )
    }
    for failure in seen {
      #expect(failure?.kind == .data && failure?.isAgreed == true)
      #expect(failure?.message.hasSuffix("photo 77 is torn.") == true)
      #expect(failure?.message == seen[0]?.message)
      // Only the rank that has the image has met it.
      #expect(failure?.message.hasPrefix("rank ") == (ranks > 1))
    }
  }

  /// Where ranks compare their images one rank alone may fail.
  @Test func inTheComparisonEndsAllAlike() throws {
    let small = smallSource()
    let seen = try failures(ranks: 3) { c in
      let whole = small.measured.images
      let test: any ImageDataset = c.rank == 1 ? Torn(whole: whole, torn: 0) : whole
      let team = threadTeam(size: 1)
      _ = try SameEverywhere.digest(of: test, "test", team: team, c)
    }
    for failure in seen {
      #expect(failure?.kind == .data && failure?.message == seen[0]?.message)
      #expect(failure?.message.hasPrefix("rank 1 on ") == true)
    }
  }

  @Test(arguments: [1, 3])
  func inAnEvaluationEndsAllAlike(ranks: Int) throws {
    let small = smallSource()
    let seen = try run(ranks: ranks) { _ in
      DataSource(
        name: "torn",
        train: small.train,
        test: Torn(whole: small.measured.images, torn: 129),
        normalization: small.normalization
      )
    }
    for failure in seen {
      #expect(failure?.kind == .data && failure?.message == seen[0]?.message)
      #expect(failure?.message.hasSuffix("photo 129 is torn.") == true)
    }
  }
}
