import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// Runs that want the same folder.
  struct FolderInUse {
    private let small = "--model smallcnn --batch-size 64 --steps 0 --quiet --threads 1"

    /// One of those that start at the same moment goes on; --overwrite is no exception.
    @Test(arguments: ["", "--overwrite"])
    func oneOfManyGoesOn(flag: String) throws {
      let (data, place) = (try smallData(), try TemporaryFolder())
      let job = try script(
        """
        cd '\(place.path)'
        : > codes
        for i in 1 2 3 4; do
          { "$PROGRAM" train --data '\(data.path)' --output run \(flag) --model smallcnn --quiet \
              --batch-size 64 --epochs 1000000 --eval-every 0 --threads 1
            echo "code $?" >> codes; } &
        done
        # The one that goes on does so until it is killed, so that all others have met it.
        met() { [ "$(wc -l < codes)" -ge 3 ] && [ -e run/status.json ]; }
        await met
        kill -9 $(sed 's/process //; s/ on .*//' run/.lock)
        wait
        cat codes
        """
      )
      let codes = job.stdout.split(separator: "\n").map(String.init).sorted()
      #expect(codes == ["code 137", "code 64", "code 64", "code 64"], "\(codes) \(job.stderr)")
      #expect(job.sentences.count == 3, "\(job.stderr)")
      for sentence in job.sentences {
        #expect(sentence.contains("--output run is in use by process "), "\(sentence)")
      }
      #expect(try jsonObject(place.path(of: "run/status.json"))["state"] as? String == "running")
    }

    /// Names of the clock are the same within a second.
    @Test func withoutOutputEachHasItsOwn() throws {
      let (data, place) = (try smallData(), try TemporaryFolder())
      let job = try script(
        """
        cd '\(place.path)'
        for i in 1 2 3 4; do
          "$PROGRAM" train --data '\(data.path)' \(small) --seed $i || echo "code $?" &
        done
        wait
        """
      )
      #expect(job.stdout == "" && job.sentences == [], "\(job.stdout) \(job.stderr)")
      let runs = try FileManager.default.contentsOfDirectory(atPath: place.path(of: "runs"))
      let seeds = try runs.map { run in
        let plan = place.path(of: "runs/\(run)/plan.yaml")
        let lines = try String(contentsOfFile: plan, encoding: .utf8).split(separator: "\n")
        #expect(
          FileManager.default.fileExists(atPath: place.path(of: "runs/\(run)/model.safetensors"))
        )
        return lines.first { $0.hasPrefix("seed:") }.map(String.init)
      }
      #expect(Set(seeds).count == 4, "\(runs)")
    }

    /// A running one keeps its folder, and a killed one does not.
    @Test func theLockDiesWithItsHolder() throws {
      let (data, place) = (try smallData(), try TemporaryFolder())
      let job = try script(
        """
        cd '\(place.path)'
        "$PROGRAM" train --data '\(data.path)' --model smallcnn --output run --epochs 1000000 \
          --log-every 1 >first 2>&1 &
        first=$!
        await test -s run/metrics.csv
        "$PROGRAM" train --data '\(data.path)' \(small) --output run --overwrite
        echo "$? $first"
        kill -9 $first
        wait $first 2>/dev/null
        "$PROGRAM" train --data '\(data.path)' \(small) --output run
        echo $?
        "$PROGRAM" train --data '\(data.path)' \(small) --output run --overwrite
        echo $?
        """
      )
      let lines = job.stdout.split(separator: "\n").map(String.init)
      try #require(lines.count == 3, "\(job.stdout) \(job.stderr)")
      let (refused, pid) = (lines[0].split(separator: " ")[0], lines[0].split(separator: " ")[1])
      #expect(refused == "64" && lines[1] == "64" && lines[2] == "0", "\(lines) \(job.stderr)")
      #expect(
        job.sentences.first?.contains("in use by process \(pid) on ") == true,
        "\(job.stderr)"
      )
      #expect(job.sentences.last?.contains("already holds a run") == true, "\(job.stderr)")
      #expect(try jsonObject(place.path(of: "run/status.json"))["step"] as? Int == 0)
    }

    /// A folder that goes while a run writes into it is missed at the next write, on any ranks.
    @Test(arguments: [1, 3], ["rm -rf run", "mv run other"])
    func aFolderThatVanishesEndsTheRun(ranks: Int, loss: String) throws {
      let (data, place) = (try smallData(), try TemporaryFolder())
      let launch = "mpirun -n \(ranks) --oversubscribe --bind-to none"
      let job = try script(
        """
        cd '\(place.path)'
        \(ranks == 1 ? "" : launch) "$PROGRAM" train --data '\(data.path)' --model smallcnn \
          --output run --epochs 1000000 --log-every 1 --quiet --eval-every 0 --threads 1 &
        run=$!
        await test -s run/metrics.csv
        \(loss)
        wait $run
        """,
        seconds: 40
      )
      #expect(job.status == 74 && job.endedInOrder, "\(job.stderr)")
      // It may go between any two writes.
      let sentence = try #require(job.sentences.first)
      #expect(job.sentences.count == 1 && sentence.hasPrefix("cannot write run/"), "\(job.stderr)")
      #expect(sentence.hasSuffix(": No such file or directory."), "\(sentence)")
    }
  }
}
