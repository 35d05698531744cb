import Collectives
import Networks
import Optimizers
import Tensors
import Testing
import TestSupport

/// Five steps of PyTorch's AdamW and SGD, however the batch of four images is cut.
@Suite(.serialized)
struct GoldenTests {
  /// Deviations as multiples of the largest element of each tensor; measured: at most 3.5e-7.
  private static let tolerance = 2e-6

  @Test(arguments: [(1, 1), (2, 1), (2, 2), (4, 4)])
  func adamWFollowsPyTorch(lanes: Int, ranks: Int) throws {
    let golden = try TinySiLUGolden.read()
    let settings = golden.adamw
    try follow(
      golden,
      settings.course,
      AdamW(
        AdamConstants(beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.eps)
      ),
      learningRate: settings.lr,
      decay: settings.lambda,
      lanes: lanes,
      ranks: ranks
    )
  }

  @Test(arguments: [(1, 1), (2, 1), (2, 2), (4, 4)])
  func sgdFollowsPyTorch(lanes: Int, ranks: Int) throws {
    let golden = try TinySiLUGolden.read()
    let settings = golden.sgd
    try follow(
      golden,
      settings.course,
      SGD(MomentumConstants(factor: settings.momentum)),
      learningRate: settings.lr,
      decay: 0,
      lanes: lanes,
      ranks: ranks
    )
  }

  private func follow(
    _ golden: TinySiLUGolden,
    _ course: TinySiLUGolden.Course,
    _ rule: any UpdateRule,
    learningRate: Double,
    decay: Double,
    lanes: Int,
    ranks: Int
  ) throws {
    let courses = try ThreadWorld.run(ranks: ranks) { c in
      let steps = try HandDrivenSteps(
        tinySiLU(),
        batch: 4,
        lanes: lanes,
        rule: rule,
        communicator: c
      ) { golden.install($0, into: $1) }
      let images = golden.images.floats
      var followed = Followed()
      for number in 1...5 {
        let loss = try steps.step(
          images,
          golden.labels,
          number: number,
          learningRate: learningRate,
          decay: decay
        )
        followed.losses.append(loss)
        followed.values.append(steps.parameters.elements.map(Double.init))
      }
      followed.losses.append(try steps.lossAndGradient(images, golden.labels))
      return followed
    }
    for followed in courses {
      for (loss, expected) in zip(followed.losses, course.losses + [course.lossAfter]) {
        #expect(abs(loss - expected) < Self.tolerance * expected)
      }
      compare(followed.values[0], course.afterStep1, "after step 1")
      compare(followed.values[4], course.afterStep5, "after step 5")
      compare(followed.values[4], course.runningAfterStep5, "after step 5")
    }
  }

  /// What a rank saw: five losses and one more, and every tensor after each step.
  private struct Followed {
    var losses: [Double] = []
    var values: [[Double]] = []
  }

  /// Each tensor against its figures.
  private func compare(
    _ values: [Double],
    _ expected: [String: GoldenTensor],
    _ moment: String
  ) {
    let layout = tinySiLU().layout
    #expect(!expected.isEmpty)
    for (name, tensor) in expected {
      guard let entry = layout[name] else {
        Issue.record("there is no \(name)")
        continue
      }
      let figures = tensor.inMemoryOrder(entry.storage)
      let scale = figures.reduce(0) { max($0, abs($1)) }
      let worst = zip(entry.range, figures).reduce(0) { max($0, abs(values[$1.0] - $1.1)) }
      #expect(worst <= Self.tolerance * scale, "\(name) \(moment)")
    }
  }
}
