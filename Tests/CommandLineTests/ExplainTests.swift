import Foundation
import Testing
import TestSupport

extension ProgramTests {
  /// What `explain` says of a plan, and presets on the command line.
  struct Explain {
    private static let cifar = ["explain", "--images", "50000"]

    private func report(_ flags: [String]) throws -> [String: Any] {
      let job = try program(Self.cifar + flags + ["--json"])
      #expect(job.status == 0 && job.stderr == "", "\(job.stderr)")
      return try job.object()
    }

    private func translation(_ report: [String: Any], _ dialect: String) throws -> [String: Any] {
      let all = try #require(report["translations"] as? [[String: Any]])
      return try #require(all.first { $0["dialect"] as? String == dialect })
    }

    /// 0.025/√(391·1500), the authors' λ, is PyTorch's weight_decay 0.0326 at α = 0.001.
    @Test func theAuthorsRunInPyTorch() throws {
      let flags = ["--dialect", "authors", "--epochs", "1500"]
      let job = try program(Self.cifar + flags + ["--to", "pytorch"])
      let lines = job.stdout.split(separator: "\n").map(String.init)
      #expect(
        lines.contains("torch.optim.AdamW(lr=0.001, weight_decay=0.0326442)"),
        "\(job.stdout)"
      )
      #expect(lines.contains("λ = λ_norm/√(⌈B/b⌉·T) = 0.025/√(391·1500) = 3.26e-5"), "\(lines)")
      let report = try report(flags)
      let periods = try #require(report["periods"] as? [[String: Any]])
      let lambda = try #require(periods[0]["weight_decay"] as? Double)
      #expect(abs(lambda - 3.2644e-5) < 1e-9)
      let torch = try translation(report, "pytorch")
      #expect(abs((torch["weight_decay"] as? Double ?? 0) - 0.032644) < 1e-6)
    }

    @Test func thePapersRun() throws {
      let report = try report(["--preset", "paper-cifar10-100", "--at", "0,19550,39099"])
      let rows = try #require(report["rows"] as? [[String: Any]])
      #expect(rows.map { $0["step"] as? Int } == [0, 19550, 39099])
      #expect(rows.map { $0["epoch"] as? Double }[1] == 50)
      #expect(abs((rows[0]["lambda"] as? Double ?? 0) - 1.2649e-4) < 1e-8)
      #expect(rows[0]["eta"] as? Double == 1 && rows[1]["eta"] as? Double == 0.5)
      // Half of 39,101 steps at λ: e^(−1.2649e-4·19550.5) = 0.0843, a little less for 1 − λ.
      let left = try #require(report["left"] as? Double)
      #expect(abs(left - 0.0843) < 1e-4 && rows[2]["left"] as? Double == left)
      #expect(report["steps"] as? Int == 39100 && report["images"] as? Int == 50_000)
      let text = try program(Self.cifar + ["--preset", "paper-cifar10-100"]).stdout
      for words in [
        "λ = λ_norm·√(b/(B·T)) = 0.025·√(128/(50000·100)) = 0.000126",
        "cosine: 39,100 steps in 100 epochs of 391, b 128, B 50,000\nη schedule, α learning rate, ",
        "decay leaves 8.43 % of a weight that no gradient moves.\n",
        "--dialect pytorch --opt adamw --lr 0.001 --weight-decay 0.126491",
        "≈  --dialect tfa --opt adamw --lr 0.001 --weight-decay 0.000126491",
      ] { #expect(text.contains(words), "\(words) in \(text)") }
    }

    @Test func restartsAndTheirDecays() throws {
      let text = try program(Self.cifar + ["--preset", "paper-adamwr"]).stdout
      #expect(text.contains("decay leaves 1.66e-6 % of a weight that no gradient moves.\n"))
      #expect(text.contains("100: 0.000126, 200: 8.94e-5, 400: 6.32e-5, 800: 4.47e-5"), "\(text)")
      for step in [39099, 39100, 117_299, 117_300, 273_699, 273_700, 586_499] {
        #expect(text.contains("\n\(String(repeating: " ", count: 6 - "\(step)".count))\(step)  "))
      }
    }

    /// A weight would change its sign and grow.
    @Test func moreThanTheWholeOfAWeight() throws {
      let text = try program(["explain", "--images", "1000", "--weight-decay", "1e38"]).stdout
      #expect(text.contains("decay would take more than the whole of a weight in a step.\n"))
      #expect(!text.contains("leaves") && !text.contains("inf"), "\(text)")
      let flags = ["--images", "1000", "--weight-decay", "1e308", "--json"]
      let object = try program(["explain"] + flags).object()
      #expect(object["left"] as? Double == 0)
    }

    @Test func coupledDecay() throws {
      let text = try program(Self.cifar + ["--preset", "paper-cifar10-1800-64d-sgd"]).stdout
      // 0.05·0.000125/(1 − 0.9).
      #expect(
        text.contains("like sgdw's λ, in the paper's dialect α·l2/(1 − β1) = 6.25e-5."),
        "\(text)"
      )
      #expect(
        text.contains("in Keras it is l2(6.25e-5)") && text.contains("sgd has no decoupled decay")
      )
      let keras = try program(Self.cifar + ["--preset", "keras-flowers-adamw", "--to", "keras"])
        .stdout
      #expect(keras.contains("keras.optimizers.AdamW(learning_rate=0.0003, weight_decay=0.001)"))
      #expect(keras.contains("keras.regularizers.L2(0.001)"))
    }

    /// Without --images the data are counted.
    @Test func imagesAreThoseOfTheData() throws {
      let job = try program(["explain", "--json", "--at-epochs", "0,9.27"])
      #expect(try job.object()["images"] as? Int == 10_000)
      let rows = try #require(try job.object()["rows"] as? [[String: Any]])
      #expect(rows.map { $0["step"] as? Int } == [0, 732])
      let part = try program(["explain", "--json", "--train-fraction", "0.5"], ranks: 2).object()
      #expect(part["images"] as? Int == 5000)
    }

    @Test(arguments: [
      Refusal("explain --at 790", 64, "--at 790", "790 steps"),
      Refusal("explain --at 1,x", 64, "--at 1,x", "0,100,2000", ranks: [nil]),
      Refusal("explain --at -1", 64, "--at -1", ranks: [nil]),
      Refusal("explain --at-epochs 10", 64, "--at-epochs 10", "790 steps", ranks: [nil]),
      Refusal("explain --at-epochs nan", 64, "--at-epochs nan", ranks: [nil]),
      Refusal("explain --images 0", 64, "--images 0", ranks: [nil]),
      Refusal("explain --images 100", 64, "--batch-size 128", "100 training images", ranks: [nil]),
      Refusal("explain --images 1000 --val-fraction 0.1", 64, "--val-fraction", ranks: [nil]),
      Refusal("explain --to torch", 64, "--to torch", "pytorch", ranks: [nil]),
      Refusal("explain --steps 0", 64, "--steps 0", ranks: [nil]),
      Refusal("explain --data /nowhere", 65, "/nowhere", "--images N", ranks: [nil]),
      Refusal("explain --opt sgd --weight-decay 1", 64, "--weight-decay", "sgdw", ranks: [nil]),
      Refusal("train --preset nothing", 64, "--preset nothing", "adamw-ddp presets"),
      Refusal("bench step --preset nothing", 64, "adamw-ddp presets", ranks: [nil]),
      Refusal("estimate --preset nothing", 64, "adamw-ddp presets", ranks: [nil]),
    ])
    func areRefused(refusal: Refusal) throws { try refusal.check() }

    /// A flag wins over the file, the file over the preset, the preset over defaults.
    @Test func theTopLayerWins() throws {
      let folder = try TemporaryFolder()
      try folder.write(Array("epochs: 7\nlr: 0.3\n".utf8), to: "plan.yaml")
      let job = try program([
        "train", "--preset", "paper-sgdwr", "--config", folder.path(of: "plan.yaml"), "--lr", "0.4",
        "--weight-decay", "1e-5", "--data", "synthetic", "--print-plan",
      ])
      #expect(job.status == 0, "\(job.stderr)")
      let lines = job.stdout.split(separator: "\n")
      for line in [
        "lr: 0.4", "epochs: 7", "opt: sgdw", "restart-epochs: 100", "weight-decay: 1e-05",
        "smoothing: 0.0",
      ] { #expect(lines.contains { $0 == line }, "\(line)") }
      #expect(!job.stdout.contains("weight-decay-norm"))
      let estimate = try program(["estimate", "--preset", "paper-cifar10-100", "--json"]).object()
      #expect(estimate["model"] as? String == "shake26-2x64d" && estimate["total_mib"] != nil)
      #expect(estimate["parameters"] as? Int == 11_653_978)
    }
  }
}
