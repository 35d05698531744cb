import ArgumentParser
import Benchmarks
import Plans
import Tensors
import Training

/// `adamw-ddp bench loops`.
struct BenchLoopsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loops",
    abstract: "What running nothing costs: empty loops of the threads, and stages of a network."
  )

  @OptionGroup var threads: BenchTeam
  @OptionGroup var bench: BenchOptions

  func run() throws {
    let (team, placement) = try threads.start()
    let result = try LoopBench(team, repeats: bench.repeats)
    if bench.json {
      try Results.line(
        try JSONText.object([
          "threads": team.size, "pinned": !placement.cores.isEmpty, "repeats": bench.repeats,
          "loop_us": result.loop, "stage_us": result.stage, "chained_us": result.chained,
        ])
      )
      return
    }
    let pinned = placement.cores.isEmpty ? "not pinned" : "pinned"
    try Results.line("threads \(team.size) (\(pinned)), median of \(bench.repeats)")
    let rows = [
      ["an empty loop", significant(result.loop)],
      ["a stage by itself", significant(result.stage)],
      ["a stage in a chain", significant(result.chained)],
    ]
    for line in TextTable.lines([["what", "µs"]] + rows, numbers: [1]) { try Results.line(line) }
  }
}
