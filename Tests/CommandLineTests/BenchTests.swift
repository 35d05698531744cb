import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// What `bench` prints: that it is there and fits together, never how fast it is.
  struct Bench {
    private static let step = ["bench", "step", "--model", "smallcnn", "--batch-size", "32"]

    @Test(arguments: [(nil, 1), (nil, 2), (2, 1), (3, 2)] as [(Int?, Int)])
    func aStep(ranks: Int?, threads: Int) throws {
      let flags = ["--threads", "\(threads)", "--repeats", "3", "--kernels", "baseline", "--json"]
      let job = try program(Self.step + flags, ranks: ranks)
      #expect(job.status == 0 && job.stdout.hasPrefix("{\"images_per_s\":"), "\(job.stderr)")
      let report = try job.object()
      let expected = ["batch_size": 32, "lanes": 8, "threads": threads, "ranks": ranks ?? 1]
      for (name, value) in expected { #expect(report[name] as? Int == value, "\(name)") }
      #expect(report["model"] as? String == "smallcnn")
      #expect(report["kernels"] as? String == "baseline")
      let names = ["min_s", "median_s", "max_s", "images_per_s", "peak_rss_mib", "measured_mib"]
      let numbers = names.map { report[$0] as? Double ?? -1 }
      #expect(0 < numbers[0] && numbers[0] <= numbers[1] && numbers[1] <= numbers[2])
      #expect(abs(numbers[3] * numbers[1] / 32 - 1) < 1e-6)
      #expect(numbers[5] > 0 && numbers[4] > numbers[5])
      let kinds = try #require(report["by_kind"] as? [[String: Any]])
      let percent = kinds.compactMap { $0["percent"] as? Double }.reduce(0, +)
      #expect(abs(percent - 100) < 1e-6)
      let found = Set(kinds.compactMap { $0["kind"] as? String })
      for kind in ["convolution", "batchnorm", "dense", "reduce", "totals", "update", "idle"] {
        #expect(found.contains(kind), "\(kind)")
      }
    }

    /// A trace of a few steps of two ranks without a run, whose events say where they belong.
    @Test func aProfile() throws {
      let folder = try TemporaryFolder()
      let trace = folder.path(of: "trace.json")
      let flags = ["--repeats", "1", "--threads", "1", "--profile", trace]
      let job = try program(Self.step + flags, ranks: 2)
      #expect(job.status == 0, "\(job.stderr)")
      let events = try #require(jsonObject(trace)["traceEvents"] as? [[String: Any]])
      for rank in 0..<2 {
        let own = events.filter { $0["ph"] as? String == "X" && $0["pid"] as? Int == rank }
        let details = own.map { $0["args"] as? [String: String] ?? [:] }
        #expect(Set(details.compactMap { $0["step"] }) == ["1", "2", "3", "4"])
        #expect(details.allSatisfy { $0["step"] != nil })
        #expect(own.count { $0["name"] as? String == "step" } == 4)
        for (event, detail) in zip(own, details)
        where (event["name"] as? String)?.hasPrefix("convolution") == true {
          #expect(detail["layer"]?.isEmpty == false, "\(event)")
        }
      }
    }

    @Test func aStepForPeople() throws {
      let job = try program(Self.step + ["--repeats", "2", "--steps", "2", "--opt", "sgd"])
      #expect(job.status == 0 && job.stderr == "", "\(job.stderr)")
      for word in ["images/s ", "median of 2", "planned", "convolution"] {
        #expect(job.stdout.contains(word), "\(word) in \(job.stdout)")
      }
    }

    @Test func products() throws {
      let one = try program(
        ["bench", "gemm", "--m", "32", "--n", "64", "--k", "27", "--repeats", "3", "--json"]
      ).object()
      let rows = try #require(one["results"] as? [[String: Any]])
      #expect(rows.count == 1 && rows[0]["k"] as? Int == 27 && one["blas_core"] is String)
      #expect(try #require(rows[0]["gflops"] as? Double) > 0)
      let table = try program(["bench", "gemm", "--repeats", "1"])
      #expect(table.status == 0 && table.stdout.hasPrefix("OpenBLAS "))
      #expect(table.stdout.split(separator: "\n").count == 2 + 4 * 3 * 3)
    }

    @Test(arguments: ["1", "2"])
    func convolutions(stride: String) throws {
      let sizes = ["--channels", "8", "--outputs", "5", "--size", "6", "--stride", stride]
      let small = ["--batch-size", "4", "--lanes", "2", "--threads", "1", "--repeats", "2"]
      let job = try program(["bench", "conv"] + sizes + small + ["--json"])
      #expect(job.status == 0, "\(job.stderr)")
      let rows = try #require(
        try JSONSerialization.jsonObject(with: Data(job.stdout.utf8)) as? [[String: Any]]
      )
      #expect(rows.count == 6)
      #expect(rows.count { $0["auto"] as? Bool == true } == 3)
      let passes = ["forward", "backward-data", "backward-weights"]
      #expect(rows.prefix(3).map { $0["pass"] as? String } == passes)
      for row in rows {
        let (time, speed) = (row["ms"] as? Double ?? 0, row["gflops"] as? Double ?? 0)
        let side = stride == "1" ? 6.0 : 3.0
        let operations = 2.0 * 4 * side * side * 9 * 8 * 5
        #expect(abs(time * speed * 1e6 / operations - 1) < 1e-6)
      }
      let table = try program(["bench", "conv"] + sizes + small)
      #expect(table.status == 0 && table.stdout.contains("8→5") && table.stdout.contains("*"))
    }

    @Test func loops() throws {
      let report = try program(
        ["bench", "loops", "--threads", "2", "--repeats", "1", "--json"]
      ).object()
      #expect(report["threads"] as? Int == 2)
      for name in ["loop_us", "stage_us", "chained_us"] {
        #expect(try #require(report[name] as? Double) > 0, "\(name)")
      }
    }

    @Test(arguments: [
      Refusal("bench step --repeats 0", 64, "--repeats 0", "from 1"),
      Refusal("bench step --steps 0", 64, "--steps 0", "from 1"),
      Refusal("bench step --size 0", 64, "--size 0", "from 1"),
      Refusal("bench step --model resnet21", 64, "--model resnet21"),
      Refusal("bench step --batch-size 4", 64, "--batch-size 4"),
      Refusal("bench step --batch-size 10000000", 64, "--batch-size 10000000", "GiB"),
      Refusal("bench step --data DIR", 64, "--data"),
      Refusal("bench step --profile /no/trace", 74, "/no/trace: No such file", ranks: [nil, 2]),
      Refusal("bench gemm --m 3", 64, "--k"),
      Refusal("bench conv --channels 3", 64, "--outputs", "--size"),
      Refusal("bench conv --kernel 0", 64, "--kernel 0", "from 1"),
      Refusal("bench conv --lanes 200", 64, "--lanes 200", "--batch-size 128"),
      Refusal("bench conv --kernels sse2", 64, "--kernels sse2", "avx2"),
      Refusal("bench loops --threads 0", 64, "--threads 0"),
    ])
    func areRefused(refusal: Refusal) throws { try refusal.check() }
  }
}
