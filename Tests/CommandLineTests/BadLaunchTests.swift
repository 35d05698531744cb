import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// Launches that went wrong: exit code 69, or what mpirun makes of a killed rank.
  struct BadLaunch {
    @Test(arguments: [
      ["PMI_RANK": "0", "PMI_SIZE": "4"],
      ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "4"],
      ["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "4"],
    ])
    func singletonsThatWereMeantToBeOneJob(environment: [String: String]) throws {
      let folder = try TemporaryFolder()
      let job = try program(
        ["train", "--model", "smallcnn", "--steps", "0", "--output", folder.path(of: "run")],
        environment: environment,
        seconds: 20
      )
      #expect(job.status == 69 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1)
      #expect(job.sentences.first?.contains("started 4 tasks") == true)
      #expect(job.sentences.first?.contains("--mpi=pmix") == true)
      #expect(!FileManager.default.fileExists(atPath: folder.path(of: "run")))
    }

    /// A rank that dies in the middle takes the job with it; nobody waits for it.
    @Test func aKilledRankEndsTheJob() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
          (await test -s '\(run)/metrics.csv'
          kill -9 $$) > /dev/null 2>&1 &
        fi
        exec "$PROGRAM" train --model smallcnn --epochs 1000000 --log-every 1 \
          --data '\(data.path)' --output '\(run)'
        """,
        ranks: 3
      )
      #expect(job.status != 0 && job.endedInOrder, "\(job.stderr)")
      #expect(try jsonObject(run + "/status.json")["state"] as? String == "running")
      #expect(!FileManager.default.fileExists(atPath: run + "/model.safetensors"))
    }

    /// One rank alone finds its command line wrong and must not wait for the others.
    @Test func aBadFlagOnOneRankEndsTheJob() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let job = try script(
        """
        flag=
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then flag='--lr -1'; fi
        exec "$PROGRAM" train --model smallcnn --epochs 1000000 --data '\(data.path)' $flag \
          --output '\(outputs.path(of: "run"))'
        """,
        ranks: 3
      )
      #expect(job.status == 64 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1, "\(job.stderr)")
      let sentence = job.sentences.first ?? ""
      #expect(sentence.hasPrefix("rank 1 on ") && sentence.contains("--lr -1"), "\(sentence)")
    }
  }
}
