import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// What people see while a run goes on.
  struct Display {
    private func flags(_ outputs: TemporaryFolder) throws -> [String] {
      try ["train"] + ShortRun.shared.get().flags + ["--output", outputs.path(of: "run")]
    }

    @Test(arguments: [nil, 3])
    func theBannerSaysWhatRuns(ranks: Int?) throws {
      let outputs = try TemporaryFolder()
      let job = try program(try flags(outputs) + ["--lanes", "6", "--threads", "1"], ranks: ranks)
      #expect(job.status == 0 && job.stdout == "", "\(job.stderr)")
      let facts: [String] = [
        "smallcnn, 24,346 parameters", "cifar10: 200 training and 100 test images of 32×32×3",
        ranks == nil ? "ranks      1 (no MPI)" : "ranks      3 (Open MPI v",
        "threads 1 a rank", "lanes 6", "64 global, 10 or 11 a lane", "8 in 2 epochs of 4",
        "adamw, lr 0.001", "schedule   cosine\n", "λ_norm 0.025", "dialect paper",
        "batch (the whole global batch)",
        "memory     a rank: ", "KiB optimizer state (ZeRO-1)\n", "kernels", "OpenBLAS ",
        outputs.path(of: "run"),
      ]
      for fact in facts { #expect(job.stderr.contains(fact), "\(fact) in \(job.stderr)") }
    }

    @Test func theBannerKnowsRounds() throws {
      let outputs = try TemporaryFolder()
      let flags = try flags(outputs) + ["--bn", "lane", "--accumulate", "4", "--steps", "1"]
      let job = try program(flags, ranks: 3)
      #expect(job.stderr.contains("64 global, 8 a lane, 3 rounds\n"), "\(job.stderr)")
    }

    /// A log file wants lines; only a terminal gets a bar.
    @Test(arguments: [nil, 3])
    func noBarWithoutATerminal(ranks: Int?) throws {
      let outputs = try TemporaryFolder()
      let job = try program(try flags(outputs) + ["--log-every", "1"], ranks: ranks)
      #expect(job.status == 0)
      #expect(!job.stderr.contains("\r") && !job.stderr.contains("\u{1B}"))
      #expect(job.stderr.contains("step 8/8") && job.stderr.contains("images/s"))
      let rows = job.stderr.split(separator: "\n").filter { $0.hasPrefix("epoch ") }
      #expect(rows.count >= 3 && rows.allSatisfy { $0.count <= 80 }, "\(rows)")
    }

    /// Nothing is wider than the terminal, and of the bar there is one line and then none.
    @Test(
      .enabled(if: findProgram("script") != nil, "script is not in the PATH"),
      arguments: [46, 80, 200]
    )
    func nothingWrapsOnATerminal(columns: Int) throws {
      let (run, place) = (try ShortRun.shared.get(), try TemporaryFolder())
      let command =
        "$PROGRAM " + run.flags.joined(separator: " ") + " --epochs 20 --log-every 3 --output run"
      let job = try script(
        """
        cd '\(place.path)'
        exec script -qec "stty cols \(columns) rows 50; exec \(command)" /dev/null
        """
      )
      #expect(job.status == 0, "\(job.stdout)")
      var screen = TerminalScreen(columns: columns)
      screen.show(job.stdout)
      #expect(screen.wrapped == [])
      #expect(screen.mostBars == 1 && screen.bars == 0)
      let text = screen.lines.joined(separator: "\n")
      for part in [
        "smallcnn, 24,346 parameters", "  output     run", "test loss ", "run folder: run",
        " images/s in training", "80 steps in ",
      ] {
        #expect(text.contains(part), "\(part) in \(text)")
      }
      // A line that was broken goes on below its words.
      if columns == 46 { #expect(text.contains("\n             ")) }
    }

    @Test(.enabled(if: findProgram("script") != nil, "script is not in the PATH"))
    func aBarOnATerminal() throws {
      let outputs = try TemporaryFolder()
      let command = try flags(outputs).joined(separator: " ")
      let job = try script("exec script -qec \"$PROGRAM \(command)\" /dev/null")
      #expect(job.status == 0)
      for part in ["\r\u{1B}[K", "8/8", "loss ", "ETA    0:00", "run folder: "] {
        #expect(job.stdout.contains(part), "\(part) in \(job.stdout)")
      }
    }

    @Test func quietSaysNothing() throws {
      let outputs = try TemporaryFolder()
      // Kernels that are too slow for this CPU are worth a warning even then.
      let job = try program(
        try flags(outputs) + ["--quiet"],
        environment: [
          "OPENBLAS_CORETYPE": nil as String?
        ]
      )
      #expect(job.status == 0 && job.stdout == "")
      #expect(job.stderr.split(separator: "\n").allSatisfy { $0.hasPrefix("WARNING: ") })
    }

    /// Even where nothing else is said.
    @Test func anUnfinishedPeriodIsWarnedOf() throws {
      let outputs = try TemporaryFolder()
      let restarts = ["--sched", "warm-restarts", "--restart-epochs", "4", "--steps", "0"]
      let job = try program(try flags(outputs) + restarts + ["--quiet"])
      #expect(job.status == 0, "\(job.stderr)")
      #expect(
        job.stderr.contains("WARNING: the run ends inside a restart period, at η 0.5: --epochs 4")
      )
    }

    /// Half speed for want of a variable must not go unseen.
    @Test func slowKernelsAreWarnedOf() throws {
      let doctor = try program(["doctor"], environment: ["OPENBLAS_CORETYPE": "Haswell"]).stdout
      guard doctor.contains("avx512") else { return }
      let outputs = try TemporaryFolder()
      let job = try program(
        try flags(outputs) + ["--quiet"],
        environment: ["OPENBLAS_CORETYPE": "Haswell"]
      )
      let warnings = job.stderr.split(separator: "\n").filter { $0.hasPrefix("WARNING: ") }
      #expect(warnings.count == 1 && job.status == 0, "\(job.stderr)")
      #expect(warnings.first?.contains("unset OPENBLAS_CORETYPE (it is Haswell)") == true)
      #expect(doctor.contains("WARNING: on ") && doctor.contains("unset OPENBLAS_CORETYPE"))
    }
  }
}
