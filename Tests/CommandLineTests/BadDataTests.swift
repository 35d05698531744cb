import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// Data that are missing or bad: exit code 65.
  struct BadData {
    @Test func missing() throws {
      try Refusal("train --data /no/such/folder", 65, "/no/such/folder", "synthetic").check()
    }

    /// A preset looks for the folder that its source names, unless another is named.
    @Test func aPresetsImagesMayBeElsewhere() throws {
      try Refusal("train --preset keras-flowers-adamw", 65, "flower_photos").check()
      let own = "train --preset keras-flowers-adamw --data synthetic --print-plan"
      #expect(try program(own.split(separator: " ").map(String.init)).status == 0)
    }

    @Test func emptyFolder() throws {
      let folder = try TemporaryFolder()
      try Refusal("train --data DATA", 65, "DATA", "data_batch_*.bin").check(["DATA": folder.path])
    }

    @Test func truncatedFile() throws {
      let folder = try smallData()
      try folder.write(records(3, seed: 1).dropLast(), to: "data_batch_3.bin")
      try Refusal("train --data DATA", 65, "DATA/data_batch_3.bin", "3073")
        .check(["DATA": folder.path])
    }

    @Test func labelOverNine() throws {
      let folder = try smallData()
      var bytes = records(4, seed: 1)
      bytes[2 * recordBytes] = 10
      try folder.write(bytes, to: "test_batch.bin")
      try Refusal("train --data DATA", 65, "DATA/test_batch.bin", "label 10")
        .check(["DATA": folder.path])
    }

    /// One rank sees other data: all ranks end, and one of them says where it was.
    @Test func onOneRankOnly() throws {
      let (good, bad, outputs) = (try smallData(), try TemporaryFolder(), try TemporaryFolder())
      let job = try script(
        """
        data='\(good.path)'
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then data='\(bad.path)'; fi
        exec "$PROGRAM" train --model smallcnn --steps 1 --data "$data" \
          --output '\(outputs.path(of: "run"))'
        """,
        ranks: 3,
        seconds: 20
      )
      #expect(job.status == 65 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1, "\(job.stderr)")
      let sentence = job.sentences.first ?? ""
      #expect(sentence.hasPrefix("rank 1 on ") && sentence.contains(bad.path), "\(sentence)")
      #expect(!FileManager.default.fileExists(atPath: outputs.path(of: "run")))
    }
  }

  /// What eval cannot read: exit code 65.
  struct BadModels {
    @Test func missingRun() throws {
      try Refusal("eval /no/such/run", 65, "/no/such/run").check()
      let folder = try TemporaryFolder()
      try Refusal("eval RUN", 65, "RUN", "model.safetensors").check(["RUN": folder.path])
    }

    @Test func aFileNeedsData() throws {
      let run = try ShortRun.shared.get()
      try Refusal("eval FILE", 64, "FILE", "--data").check(["FILE": run.model])
    }

    @Test func noSafetensors() throws {
      let folder = try TemporaryFolder()
      let path = folder.path(of: "model.safetensors")
      for text in ["", "no", "this file is no model at all", "\u{2}\0\0\0\0\0\0\0{}"] {
        try folder.write(Array(text.utf8), to: "model.safetensors")
        try Refusal("eval FILE --data synthetic", 65, "FILE", ranks: [nil]).check(["FILE": path])
      }
      try folder.write(Array("this file is no model at all".utf8), to: "model.safetensors")
      try Refusal("eval FILE --data synthetic", 65, "FILE").check(["FILE": path])
    }

    /// Cut at every place that matters; each rank must name the same tensor.
    @Test func truncated() throws {
      let run = try ShortRun.shared.get()
      let whole = try Data(contentsOf: URL(filePath: run.model))
      let folder = try TemporaryFolder()
      let path = folder.path(of: "model.safetensors")
      for size in [7, 8, 100, whole.count / 2, whole.count - 1] {
        try folder.write(Array(whole.prefix(size)), to: "model.safetensors")
        let ranks: [Int?] = size == whole.count / 2 ? [nil, 3] : [nil]
        try Refusal("eval FILE --data synthetic", 65, "FILE", "not a whole", ranks: ranks)
          .check(["FILE": path])
      }
    }

    /// A header that promises more elements than can be counted.
    @Test func absurdShape() throws {
      let folder = try TemporaryFolder()
      let header = #"{"w":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,0]}}"#
      let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
      try folder.write(length + Array(header.utf8), to: "model.safetensors")
      try Refusal("eval FILE --data synthetic", 65, "FILE", "w is too large", ranks: [nil])
        .check(["FILE": folder.path(of: "model.safetensors")])
    }
  }
}
