import Datasets
import Networks
import Plans
import Tensors
import Testing
import TestSupport
import Training

/// Whether what a run writes finds room.
struct OutputSpaceTests {
  private func space(_ change: (inout TrainingPlan) -> Void = { _ in }) throws -> OutputSpace {
    let source = smallSource(train: 200)
    var plan = TrainingPlan()
    (plan.model, plan.epochs, plan.batchSize) = ("smallcnn", 4, 40)
    change(&plan)
    return OutputSpace(plan, try smallCNN(source), try Horizon(plan, samples: source.train.count))
  }

  /// Bytes of all tensors, and of those that are trained.
  private func sizes() throws -> (all: Double, trained: Double) {
    let layout = try smallCNN(smallSource(train: 200)).layout
    return (4 * Double(layout.count), 4 * Double(layout.trainable.count))
  }

  @Test func countsWhatTheRuleRemembers() throws {
    let (all, trained) = try sizes()
    let adam = try space()
    #expect(adam.least == (all + 2 * trained) + all)
    #expect(adam.most == 3 * (all + 2 * trained) + all)
    let sgd = try space { ($0.rule, $0.momentum) = ("sgd", 0.9) }
    #expect(sgd.least == (all + trained) + all)
  }

  @Test func countsWhatIsKept() throws {
    let (all, trained) = try sizes()
    let checkpoint = 2 * all + 2 * trained
    let space = try space {
      ($0.averageDecay, $0.saveBest, $0.keepCheckpoints, $0.keepEvery) = (0.9, true, 5, 7)
      ($0.schedule, $0.restartEpochs, $0.restartFactor) = (.warmRestarts, 2, 1)
    }
    #expect(space.least == checkpoint + 2 * all)
    // 20 steps have two multiples of 7, and four epochs two periods.
    let snapshots = 2.0
    #expect(space.most == (6 + 1 + 2 + snapshots) * checkpoint + 2 * all + (snapshots + 1) * all)
  }

  private func free(_ bytes: Double) -> FreeSpace { FreeSpace(bytes: bytes, whole: 1e12) }

  @Test func whatCannotHoldACheckpointIsRefused() throws {
    let space = try space()
    #expect(try space.note("runs/x", replaces: false, free: free(space.most)) == nil)
    #expect(try space.note("runs/x", replaces: false, free: nil) == nil)
    let note = try space.note("runs/x", replaces: false, free: free(space.least))
    #expect(note?.hasPrefix("--output runs/x: ") == true && note?.contains("--keep-ch") == true)
    let failure = #expect(throws: Failure.self) {
      try space.note("runs/x", replaces: false, free: free(space.least - 1))
    }
    #expect(failure?.kind == .file)
    #expect(failure?.message.contains("one checkpoint and the model take ") == true)
    // Another run's files make room.
    #expect(try space.note("runs/x", replaces: true, free: free(0)) != nil)
  }

  @Test func theSpaceIsThatOfTheFolderToBe() throws {
    let folder = try TemporaryFolder()
    let own = try #require(FreeSpace(at: folder.path))
    let later = try #require(FreeSpace(at: folder.path(of: "a/b/c")))
    #expect(own.whole == later.whole && later.bytes > 0)
    #expect(try #require(FreeSpace(at: "not/there")).whole == FreeSpace(at: ".")?.whole)
    for (bytes, text) in [(300.0 * 1024, "0.3 MiB"), (5e7, "47 MiB"), (5e9, "4.7 GiB")] {
      #expect(FreeSpace.text(bytes) == text)
    }
  }
}
