import Foundation
import TestSupport
import Testing

/// A command line that must be refused, and how.
struct Refusal: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let code: Int32
  /// What the sentence must contain: the flag or file, and the way out where there is one.
  let words: [String]
  var ranks: [Int?] = [nil, 3]

  var testDescription: String { arguments.joined(separator: " ") }

  init(_ arguments: String, _ code: Int32, _ words: String..., ranks: [Int?] = [nil, 3]) {
    self.arguments = arguments.split(separator: " ").map(String.init)
    (self.code, self.words, self.ranks) = (code, words, ranks)
  }

  /// Runs it, with `substitutions` for words of the arguments and of the answer.
  func check(_ substitutions: [String: String] = [:]) throws {
    func filled(_ text: String) -> String {
      substitutions.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }
    for ranks in ranks {
      let job = try program(arguments.map(filled), ranks: ranks, seconds: 20)
      let place = "\(ranks.map { "\($0) ranks" } ?? "alone"): \(job.stderr)"
      #expect(job.status == code, "\(place)")
      #expect(job.endedInOrder, "\(place)")
      #expect(job.sentences.count == 1, "\(place)")
      #expect(job.sentences.allSatisfy { $0.hasSuffix(".") }, "\(place)")
      for word in words.map(filled) {
        #expect(job.sentences.first?.contains(word) == true, "\(word) in \(place)")
      }
      #expect(job.stdout == "", "\(place)")
    }
  }
}

extension ProgramTests {
  /// Flags and plans that cannot be: exit code 64.
  struct BadFlags {
    @Test(arguments: [
      Refusal("train --lr -1", 64, "--lr -1", "not negative"),
      Refusal("train --lr abc", 64, "--lr abc"),
      Refusal("train --lr nan", 64, "--lr nan"),
      Refusal("train --frobnicate 3", 64, "--frobnicate"),
      Refusal("frobnicate", 64, "frobnicate", "adamw-ddp --help"),
      Refusal("train --batch-size", 64, "--batch-size"),
      Refusal("train --batch-size 4", 64, "--batch-size 4", "--lanes 8"),
      Refusal("train --batch-size 1.5", 64, "--batch-size 1.5", "an integer"),
      Refusal("train --lanes 2", 64, "2 lanes", "--lanes 3", "changes the bits", ranks: [3]),
      Refusal("train --bn lane --batch-size 32", 64, "--bn lane", "only 4", "--allow-small-bn"),
      Refusal("train --bn group:60", 64, "--bn group:60", "128"),
      Refusal("train --bn sometimes", 64, "--bn sometimes", "group:N"),
      Refusal("train --model resnet21", 64, "--model resnet21", "resnet20"),
      Refusal("train --opt adamx", 64, "--opt adamx", "adamw"),
      Refusal("train --opt sgd --weight-decay-norm 0.1", 64, "--weight-decay-norm", "adamw"),
      Refusal(
        "train --weight-decay 0.02",
        64,
        "--weight-decay 0.02",
        "22.4 times what --weight-decay-norm 0.025",
        "--weight-decay-norm 0.559",
        "PyTorch",
        "--weight-decay 2e-5",
        "--allow-strong-decay"
      ),
      Refusal("train --kernels sse2", 64, "--kernels sse2", "auto or baseline or avx2 or avx512"),
      Refusal("eval RUN --kernels sse2", 64, "--kernels sse2", "avx512"),
      Refusal("train --val-fraction 2", 64, "--val-fraction 2"),
      Refusal("train --augment flop", 64, "--augment flop", "pad-crop:N, reflect-crop:N"),
      Refusal("train --augment mixup,flip", 64, "--augment mixup,flip", "before mixup"),
      Refusal("train --augment cutout:4 --cutout 3", 64, "--cutout 3", "cutout:4"),
      Refusal("train --normalize mean", 64, "--normalize mean", "mean-image"),
      Refusal("train --normalize 1/2", 64, "--normalize 1/2", "the images have 3"),
      Refusal(
        "train --normalize mean-image --augment flowers",
        64,
        "--normalize mean-image",
        "color-jitter:0.2:0.2:0.2"
      ),
      Refusal("train --config /nowhere/plan.yaml", 64, "--config /nowhere/plan.yaml"),
      Refusal("eval", 64, "RUN|FILE"),
    ])
    func areRefused(refusal: Refusal) throws { try refusal.check() }

    /// Numbers that would overflow or ask for more memory than there is.
    @Test(arguments: [
      Refusal("train --epochs 99999999999999999999", 64, "--epochs", "at most", ranks: [nil]),
      Refusal("train --batch-size 9223372036854775807", 64, "--batch-size", ranks: [nil]),
      Refusal("train --batch-size 2147483647", 64, "--batch-size", "10000 training images"),
      Refusal("train --threads 0", 64, "--threads 0", "at least 1", ranks: [nil]),
      Refusal("train --threads 100000", 64, "--threads 100000", "1024", ranks: [nil]),
      Refusal("train --seed -1", 64, "--seed -1", ranks: [nil]),
    ])
    func thatAreTooLargeAreRefused(refusal: Refusal) throws { try refusal.check() }

    @Test(arguments: [
      ("frobs: 3\n", "--frobs"), ("lr: fast\n", "--lr fast"), ("[1, 2\n", "not YAML"),
      ("lr: [1, 2]\n", "lr has no single value"), ("just words\n", "flag: value"),
    ])
    func aBadFileIsNamed(text: String, words: String) throws {
      let folder = try TemporaryFolder()
      try folder.write(Array(text.utf8), to: "plan.yaml")
      let refusal = Refusal("train --config FILE", 64, "--config FILE", words)
      try refusal.check(["FILE": folder.path(of: "plan.yaml")])
    }
  }
}
