import ArgumentParser
import Kernels
import Plans
import Tensors
import Training

/// `adamw-ddp bench gemm`.
struct BenchGEMMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gemm",
    abstract: "Speed of OpenBLAS's single-precision products on one thread.",
    discussion: """
      Without --m, --n and --k: shapes that convolutions are made of, c = a · b with a
      m × k and b k × n.
      """
  )

  @Option(name: .customLong("m"), parsing: .unconditional, help: "rows of the result")
  var m: Int?
  @Option(name: .customLong("n"), parsing: .unconditional, help: "columns of the result")
  var n: Int?
  @Option(name: .customLong("k"), parsing: .unconditional, help: "length of the inner products")
  var k: Int?
  @OptionGroup var bench: BenchOptions

  /// One shape's speed.
  private struct Row: Encodable {
    let m: Int
    let n: Int
    let k: Int
    let gflops: Double
    let seconds: Double
  }

  func run() throws {
    try ThreadSpace.admit(threads: 1)
    BLAS.useOneThread()
    let rows = try shapes().map { Self.measure($0, repeats: bench.repeats) }
    if bench.json {
      try Results.line(
        try JSONText.object([
          "blas_core": BLAS.coreName, "threads": 1, "repeats": bench.repeats, "results": rows,
        ])
      )
      return
    }
    try Results.line("OpenBLAS \(BLAS.coreName), one thread, median of \(bench.repeats)")
    let cells = rows.map {
      ["\($0.m)", "\($0.n)", "\($0.k)", significant($0.gflops), significant($0.seconds * 1e6)]
    }
    let titles = ["m", "n", "k", "GFLOP/s", "µs"]
    for line in TextTable.lines([titles] + cells, numbers: [0, 1, 2, 3, 4]) {
      try Results.line(line)
    }
  }

  private func shapes() throws -> [(m: Int, n: Int, k: Int)] {
    if let m, let n, let k {
      for (flag, value) in [("m", m), ("n", n), ("k", k)] { try requirePositive(flag, value) }
      return [(m, n, k)]
    }
    guard m == nil, n == nil, k == nil else {
      throw Failure(.usage, "bench gemm needs all of --m, --n and --k, or none of them.")
    }
    return [32, 64, 128, 256].flatMap { m in
      [64, 128, 256].flatMap { n in [64, 128, 256].map { (m, n, $0) } }
    }
  }

  /// The median time of a product, from as many in a row as take some milliseconds.
  private static func measure(_ shape: (m: Int, n: Int, k: Int), repeats: Int) -> Row {
    let (m, n, k) = shape
    let (a, b, c) = (
      FloatBuffer(count: m * k), FloatBuffer(count: k * n), FloatBuffer(count: m * n)
    )
    for matrix in [a, b] {
      for i in 0..<matrix.count { matrix.base[i] = Float(i % 31) / 31 - 0.5 }
    }
    let operations = 2 * Double(m) * Double(n) * Double(k)
    let inner = max(1, Int(2e8 / operations))
    let times = (0...repeats).map { _ in
      let begin = LoopRecorder.now
      for _ in 0..<inner { BLAS.multiply(m: m, n: n, k: k, a.base, b.base, beta: 0, into: c.base) }
      return Double(LoopRecorder.now - begin) / 1e9 / Double(inner)
    }
    // The first warms the cache.
    let seconds = median(Array(times.dropFirst()))
    return Row(m: m, n: n, k: k, gflops: operations / seconds / 1e9, seconds: seconds)
  }
}
