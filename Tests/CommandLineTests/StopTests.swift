import Foundation
import TestSupport
import Testing

private let hasScript = findProgram("script") != nil

extension ProgramTests {
  /// What asks a run to stop, and what people and schedulers then see.
  struct Stop {
    /// status.json and standard error of a run that has stopped say so, and how to go on.
    private func expectStopped(_ job: Spawned, _ run: String, _ why: String) throws {
      #expect(!job.timedOut && job.endedInOrder, "\(job.stderr)")
      let status = try jsonObject(run + "/status.json")
      let step = try #require(status["step"] as? Int)
      let message = "stopped after step \(step) of 2000000 (\(why))"
      #expect(status["state"] as? String == "stopped" && status["message"] as? String == message)
      #expect(status["ended"] != nil && step > 0)
      let lines = job.stderr.split(separator: "\n").map(String.init)
      let place = try #require(lines.firstIndex(of: message + "; to go on:"), "\(job.stderr)")
      let program = try pathOfProduct("adamw-ddp")
      #expect(lines[place + 1] == "  \(program) train --resume \(run)")
    }

    @Test(arguments: ["USR1", "USR2", "HUP", "TERM", "INT"])
    func aSignalToOneProcess(signal: String) throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script("\(sending(signal, run))\nexec \(endlessTraining(data, run, ""))")
      #expect(job.status == 0, "\(job.stderr)")
      try expectStopped(job, run, "SIG\(signal)")
      // Nobody stops a process by mpirun's means.
      #expect(!job.stderr.contains("  stop  "))
    }

    /// With the code that asks a scheduler to start the job again.
    @Test(arguments: [nil, 3])
    func minutes(ranks: Int?) throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let flags = "--max-minutes 0.01 --requeue-exit-code --json"
      let job = try script("exec \(endlessTraining(data, run, flags))", ranks: ranks)
      #expect(job.status == 75, "\(job.stderr)")
      try expectStopped(job, run, "--max-minutes 0.01")
      #expect(try job.object()["state"] as? String == "stopped")
    }

    /// mpirun hands USR1 on to all ranks; ends of itself it makes known to them a second late.
    @Test(arguments: ["USR1", "TERM", "INT"])
    func aSignalToMpirun(signal: String) throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
          \(sending(signal, run, to: "$PPID"))
        fi
        exec \(endlessTraining(data, run, ""))
        """,
        ranks: 3
      )
      #expect(job.status == (signal == "USR1" ? 0 : 1), "\(job.stderr)")
      try expectStopped(job, run, signal == "USR1" ? "SIGUSR1" : "SIGTERM")
      #expect(job.stderr.contains("  stop       touch \(run)/stop, or USR1 to mpirun"))
    }

    /// A warning that a launcher hands on while the rank still waits for another to start.
    @Test func aWarningBeforeAllHaveStarted() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let (run, go) = (outputs.path(of: "run"), outputs.path(of: "go"))
      let job = try script(
        """
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
          await test -e '\(go)'
        else
          caught() { mask=$(sed -n 's/^SigCgt:.*\\(...\\)$/\\1/p' /proc/$1/status); [ $((0x$mask & 0x200)) != 0 ]; }
          (await grep -q adamw-ddp /proc/$$/comm
          await caught $$
          kill -USR1 $$; touch '\(go)') > /dev/null 2>&1 &
        fi
        exec \(endlessTraining(data, run, ""))
        """,
        ranks: 2
      )
      #expect(job.status == 0, "\(job.stderr)")
      try expectStopped(job, run, "SIGUSR1")
    }

    @Test func aSignalToOneRank() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        if [ "$OMPI_COMM_WORLD_RANK" = 2 ]; then
          \(sending("HUP", run))
        fi
        exec \(endlessTraining(data, run, ""))
        """,
        ranks: 3
      )
      #expect(job.status == 0, "\(job.stderr)")
      try expectStopped(job, run, "SIGHUP")
    }

    @Test(arguments: [nil, 2])
    func aFileInTheFolder(ranks: Int?) throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "it's a run")
      let job = try script(
        """
        (await test -s "\(run)/metrics.csv"; touch "\(run)/stop") > /dev/null 2>&1 &
        cd '\(outputs.path)'
        exec "$PROGRAM" train --model smallcnn --epochs 1000000 --log-every 1 --eval-every 0 \
          --threads 1 --data '\(data.path)' --output "it's a run"
        """,
        ranks: ranks
      )
      #expect(job.status == 0, "\(job.stderr)")
      let status = try jsonObject(run + "/status.json")
      let message = try #require(status["message"] as? String)
      #expect(message.hasSuffix("(the file stop)") && status["state"] as? String == "stopped")
      #expect(!FileManager.default.fileExists(atPath: run + "/stop"))
      // One line, as a shell takes it.
      #expect(job.stderr.contains(" train --resume 'it'\\''s a run'\n"))
    }

    /// The job goes on when its terminal goes.
    @Test func nohupKeepsItsWord() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        rows() { [ "$(cat '\(run)/metrics.csv' 2>/dev/null | wc -l)" -gt "$1" ]; }
        (await rows 1
        kill -HUP $$
        await rows $(($(wc -l < '\(run)/metrics.csv') + 2))
        kill -USR1 $$) > /dev/null 2>&1 &
        exec nohup \(endlessTraining(data, run, ""))
        """
      )
      #expect(job.status == 0, "\(job.stderr)")
      try expectStopped(job, run, "SIGUSR1")
    }

    /// A run whose step takes longer than two presses of a key.
    private func slowTraining(_ run: String, batch: Int = 10000) -> String {
      "$PROGRAM train --model smallcnn --bn lane --accumulate 8 --augment none --threads 1 --no-pin "
        + "--batch-size \(batch) --output \(run)"
    }

    @Test func aSecondInterruptEndsAtOnce() throws {
      let outputs = try TemporaryFolder()
      let run = outputs.path(of: "run")
      let job = try script(
        """
        (await test -e \(run)/status.json
        kill -INT $$; sleep 0.2; kill -INT $$) > /dev/null 2>&1 &
        exec \(slowTraining(run))
        """
      )
      #expect(job.status == 128 + 2 && job.endedInOrder, "\(job.stderr)")
      #expect(try jsonObject(run + "/status.json")["state"] as? String == "running")
      #expect(!job.stderr.contains("Ctrl-C"))
    }

    /// A key of which a wrapper hands on what the terminal has sent already.
    @Test func oneKeyIsOneInterrupt() throws {
      let outputs = try TemporaryFolder()
      let run = outputs.path(of: "run")
      let job = try script(
        """
        (await test -e \(run)/status.json
        kill -INT $$; sleep 0.02; kill -INT $$) > /dev/null 2>&1 &
        exec \(slowTraining(run, batch: 2000)) --quiet
        """
      )
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try jsonObject(run + "/status.json")["state"] as? String == "stopped")
    }

    /// What the last lines say is true: copied, the line goes on to the same model.
    @Test(arguments: [nil, 3])
    func theLineToCopyGoesOn(ranks: Int?) throws {
      let (straight, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let run = outputs.path(of: "my run")
      // One step a start; what a session may take is its own.
      let limit = "--max-minutes 0.00001"
      let flags = straight.flags + limit.split(separator: " ").map(String.init) + ["--output", run]
      let first = try program(flags, ranks: ranks)
      #expect(first.status == 0, "\(first.stderr)")
      let lines = first.stderr.split(separator: "\n").map(String.init)
      let place = try #require(lines.firstIndex { $0.hasSuffix("; to go on:") })
      let second = try script("\(lines[place + 1]) \(limit)\n\(lines[place + 1])")
      #expect(second.status == 0, "\(second.stderr)")
      #expect(second.stderr.contains("stopped after step 2 of 8 (--max-minutes 1e-05); to go on:"))
      let models = try [run, straight.folder].map {
        try Data(contentsOf: URL(filePath: $0 + "/model.safetensors"))
      }
      #expect(areSame(models[0], models[1]))
    }

    /// Who presses Ctrl-C is told what that does, and finds no bar left behind.
    @Test(.enabled(if: hasScript, "script is not in the PATH"), arguments: [1, 2])
    func atATerminal(times: Int) throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let training = times == 1 ? endlessTraining(data, run, "") : slowTraining(run)
      try outputs.write(
        Array("echo $$ > \(outputs.path)/pid\nPROGRAM=$1\nexec \(training)\n".utf8),
        to: "inner"
      )
      let job = try script(
        """
        (await test -e \(run)/status.json
        sleep 0.3
        for i in $(seq \(times)); do kill -INT $(cat \(outputs.path)/pid); sleep 0.2; done) &
        # Without exec: script takes any child's end for that of its own.
        script -qec "stty cols 80 rows 50; sh \(outputs.path)/inner $PROGRAM" /dev/null
        """
      )
      var screen = TerminalScreen(columns: 80)
      screen.show(job.stdout)
      #expect(screen.lines.contains("stopping after this step; Ctrl-C again ends at once"))
      #expect(screen.bars == 0, "\(screen.lines)")
      #expect(job.status == (times == 1 ? 0 : 128 + 2), "\(job.stdout)")
    }

    /// Nothing but training takes them.
    @Test func anotherCommandEndsAsEver() throws {
      let job = try script(
        """
        (sleep 1; kill -USR1 $$) > /dev/null 2>&1 &
        exec "$PROGRAM" bench step --model resnet110 --repeats 1000 --threads 1
        """
      )
      #expect(job.status == 128 + 10)
    }
  }
}
