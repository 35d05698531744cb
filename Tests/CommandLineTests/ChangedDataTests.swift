import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// Data that change while a run reads them: exit code 65, and a sentence that names the file.
  struct ChangedData {
    /// Two ranks that train until `change` has been done to $DATA/data_batch_3.bin, or too long.
    private func job(_ change: String) throws -> (Spawned, file: String) {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let (run, file) = (outputs.path(of: "run"), data.path(of: "data_batch_3.bin"))
      let job = try script(
        """
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
          (await test -s '\(run)/metrics.csv'
          \(change.replacing("FILE", with: "'\(file)'"))) > /dev/null 2>&1 &
        fi
        exec "$PROGRAM" train --model smallcnn --epochs 1000000 --log-every 1 --eval-every 1000000 \
          --threads 1 --no-pin --data '\(data.path)' --output '\(run)'
        """,
        ranks: 2
      )
      #expect(job.status == 65 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1, "\(job.stderr)")
      let status = try jsonObject(run + "/status.json")
      #expect(status["state"] as? String == "failed")
      #expect((status["message"] as? String)?.contains(file) == true)
      return (job, file)
    }

    @Test func aFileThatIsCutShort() throws {
      let (job, file) = try job("truncate -s 40000 FILE")
      #expect(job.sentences.first?.contains("\(file) was cut short") == true, "\(job.stderr)")
    }

    @Test func aLabelThatIsOverwritten() throws {
      let (job, file) = try job(
        #"printf '\377' | dd of=FILE bs=1 seek=30730 count=1 conv=notrunc"#
      )
      let words = "\(file) was changed while it was in use: record 11 had the label 0 and has 255"
      #expect(job.sentences.first?.contains(words) == true, "\(job.stderr)")
    }
  }
}
