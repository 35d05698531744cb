import ArgumentParser
import Benchmarks
import Foundation
import Kernels
import Networks
import Tensors
import Training

/// `adamw-ddp bench conv`.
struct BenchConvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conv",
    abstract: "Speed of single convolutions, direct and by Winograd.",
    discussion: """
      Without sizes: the convolutions of resnet20, resnet56v2 and shake26-2x64d.
      GFLOP/s are effective: what a direct convolution computes, over time.
      * marks the way that --conv auto takes.
      """
  )

  @Option(name: .customLong("channels"), parsing: .unconditional, help: "input channels")
  var channels: Int?
  @Option(name: .customLong("outputs"), parsing: .unconditional, help: "output channels")
  var outputs: Int?
  @Option(name: .customLong("size"), parsing: .unconditional, help: "height and width of an image")
  var size: Int?
  @Option(
    name: .customLong("kernel"),
    parsing: .unconditional,
    help: "height and width of the kernel, padded by half of it"
  )
  var kernel = 3
  @Option(
    name: .customLong("stride"),
    parsing: .unconditional,
    help: "step between output pixels"
  )
  var stride = 1
  @Option(name: .customLong("batch-size"), parsing: .unconditional, help: "images of a batch")
  var batchSize = 128
  @Option(name: .customLong("lanes"), parsing: .unconditional, help: "slices of the batch")
  var lanes = 8
  @OptionGroup var threads: BenchTeam
  @OptionGroup var bench: BenchOptions

  func validate() throws {
    let given: [(String, Int?)] = [
      ("channels", channels), ("outputs", outputs), ("size", size), ("kernel", kernel),
      ("stride", stride), ("batch-size", batchSize), ("lanes", lanes),
    ]
    for (flag, value) in given {
      if let value { try requirePositive(flag, value) }
    }
    if lanes > batchSize {
      throw ValidationError(
        "--lanes \(lanes): more than --batch-size \(batchSize), every lane needs an image."
      )
    }
  }

  func run() throws {
    let layers = try layers()
    let (team, placement) = try threads.start()
    let run = ConvolutionBench(
      batch: batchSize,
      lanes: lanes,
      repeats: bench.repeats,
      team: team,
      level: placement.level
    )
    let rows = try layers.flatMap { try run.rows($0) }
    if bench.json {
      try Results.line("[" + (try rows.flatMap(Self.json).joined(separator: ",\n")) + "]")
      return
    }
    try Results.line(
      "batch \(batchSize), lanes \(lanes), threads \(team.size), kernels "
        + "\(placement.level.rawValue), OpenBLAS \(placement.blasCores[0]), median of "
        + "\(bench.repeats)"
    )
    let titles =
      ["kernel", "channels", "image", "way"]
      + ConvolutionBench.Pass.allCases.flatMap { ["\($0.short) ms", "GFLOP/s"] } + ["all ms"]
    let cells = rows.map(Self.cells)
    for line in TextTable.lines([titles] + cells, numbers: Set(4...10)) { try Results.line(line) }
  }

  private func layers() throws -> [ConvolutionBench.Layer] {
    if let channels, let outputs, let size {
      guard size + 2 * (kernel / 2) >= kernel else {
        throw Failure(.usage, "--kernel \(kernel) does not fit --size \(size).")
      }
      return [
        ConvolutionBench.Layer(
          channels: channels,
          outputs: outputs,
          size: size,
          kernel: kernel,
          stride: stride
        )
      ]
    }
    guard channels == nil, outputs == nil, size == nil else {
      throw Failure(
        .usage,
        "bench conv needs all of --channels, --outputs and --size, or none of them."
      )
    }
    return try ConvolutionBench.layers(of: ["resnet20", "resnet56v2", "shake26-2x64d"])
  }

  private static func cells(_ row: ConvolutionBench.Row) -> [String] {
    let layer = row.layer
    let passes = ConvolutionBench.Pass.allCases.flatMap {
      [
        String(format: "%.3f", 1e3 * (row.seconds[$0] ?? 0)),
        String(format: "%.0f", row.gflops($0)),
      ]
    }
    return [
      "\(layer.kernel)×\(layer.kernel)" + (layer.stride > 1 ? "/\(layer.stride)" : ""),
      "\(layer.channels)→\(layer.outputs)", "\(layer.size)×\(layer.size)",
      row.algorithm.rawValue + (row.isAuto ? "*" : ""),
    ] + passes + [String(format: "%.3f", 1e3 * row.total)]
  }

  /// An object for each pass.
  private static func json(_ row: ConvolutionBench.Row) throws -> [String] {
    try ConvolutionBench.Pass.allCases.map { pass in
      try JSONText.object([
        "channels": row.layer.channels, "outputs": row.layer.outputs, "size": row.layer.size,
        "kernel": row.layer.kernel, "stride": row.layer.stride, "pass": pass,
        "algorithm": row.algorithm, "auto": row.isAuto,
        "ms": 1e3 * (row.seconds[pass] ?? 0), "gflops": row.gflops(pass),
      ])
    }
  }
}

extension ConvolutionBench.Pass {
  /// Its name in a table.
  fileprivate var short: String {
    switch self {
    case .forward: "forward"
    case .backwardData: "data"
    case .backwardWeights: "weights"
    }
  }
}
