import Foundation
import TestSupport
import Testing

/// A plan, and the ranks and threads on which it is run.
struct Placements: Sendable, CustomTestStringConvertible {
  let flags: [String]
  /// The flags of the single process that the others are compared with, where they differ.
  var alone: [String]?
  var ranks: [Int] = []
  var threads: [Int] = []

  var testDescription: String { flags.joined(separator: " ") }
}

private let resNet = [
  "--model", "resnet20", "--batch-size", "120", "--steps", "3", "--seed", "7",
]
private let smallCNN = ["--model", "smallcnn", "--seed", "7"]

extension ProgramTests {
  /// The trained model is the same file whoever trains it: the product's first promise, over real
  /// MPI and on real images.
  @Suite(.enabled(if: tinyData() != nil, "there is no shared/data/tiny beside the package"))
  struct SameBits {
    @Test(arguments: [
      Placements(flags: resNet, ranks: [1, 2, 3, 5, 8], threads: [1, 2, 8]),
      Placements(flags: resNet + ["--bn", "lane"], ranks: [3, 8]),
      Placements(
        flags: resNet + ["--bn", "lane", "--accumulate", "3"],
        alone: resNet + ["--bn", "lane"],
        ranks: [1, 3],
        threads: [2]
      ),
      Placements(flags: resNet + ["--bn", "group:60"], ranks: [2, 5]),
      Placements(flags: resNet + ["--opt", "sgd"], ranks: [3]),
      Placements(flags: resNet + ["--zero", "0"], alone: resNet, ranks: [3]),
      Placements(
        flags: smallCNN + ["--batch-size", "97", "--lanes", "7", "--epochs", "2"],
        ranks: [1, 2, 5, 7]
      ),
      Placements(
        flags: smallCNN + ["--batch-size", "120", "--lanes", "32", "--steps", "2"],
        ranks: [32]
      ),
      Placements(
        flags: [
          "--model", "flowers-cnn", "--batch-size", "30", "--steps", "3", "--cutout", "8",
        ],
        ranks: [3, 8],
        threads: [2]
      ),
    ])
    func anyRanksAndThreads(placements: Placements) throws {
      let alone = try model(placements.alone ?? placements.flags)
      for ranks in placements.ranks {
        let model = try model(placements.flags, ranks: ranks)
        #expect(areSame(model, alone), "\(ranks) ranks")
      }
      for threads in placements.threads {
        let model = try model(placements.flags + ["--threads", "\(threads)"])
        #expect(areSame(model, alone), "\(threads) threads")
      }
    }

    /// Equal files would prove nothing if every run gave the same one.
    @Test func otherPlansOtherBits() throws {
      let plan = ["--batch-size", "64", "--steps", "1"]
      var models = [try model(smallCNN + plan)]
      for other in [["--seed", "8"], ["--lr", "0.002"], ["--lanes", "4"], ["--opt", "sgd"]] {
        models.append(try model(smallCNN + plan + other))
      }
      models.append(try model(resNet + ["--steps", "1"]))
      models.append(try model(resNet + ["--steps", "1", "--bn", "lane"]))
      #expect(Set(models).count == models.count)
    }

    private func model(_ flags: [String], ranks: Int? = nil) throws -> Data {
      let data = try #require(tinyData()).appending(path: "cifar10").path
      let folder = try TemporaryFolder()
      let job = try program(
        ["train", "--data", data, "--quiet", "--output", folder.path(of: "run")] + flags,
        ranks: ranks,
        seconds: 120
      )
      #expect(job.status == 0 && job.endedInOrder, "\(job.stderr)")
      return try Data(contentsOf: URL(filePath: folder.path(of: "run/model.safetensors")))
    }
  }
}
