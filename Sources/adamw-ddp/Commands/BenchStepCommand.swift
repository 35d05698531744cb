import ArgumentParser
import Benchmarks
import Collectives
import Foundation
import Kernels
import Plans
import Tensors
import Training

/// `adamw-ddp bench step`.
struct BenchStepCommand: RankCommand, FieldTaker {
  static let command = PlanField.Commands.benchStep

  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time of a whole training step, and where it goes.",
    discussion: """
      Forward, backward, reduction, update and gather on noise in memory.
      Under mpirun all ranks take the step together; the slowest counts.
      """
  )

  @OptionGroup(title: "Plan") var source: PlanSourceOptions
  @OptionGroup var options: PlanOptions<BenchStepCommand>
  @OptionGroup(title: PlanField.Section.data.rawValue) var images: ImageOptions
  @OptionGroup var bench: BenchOptions
  @Option(
    name: .customLong("steps"),
    parsing: .unconditional,
    help: ArgumentHelp("steps of a measurement, whose mean it is", valueName: "N")
  )
  var steps = 1

  func validate() throws { try requirePositive("steps", steps) }

  var agreed: KeyValuePairs<String, String> {
    [
      "--size": "\(images.size)", "--classes": "\(images.classes)", "--repeats": "\(bench.repeats)",
      "--steps": "\(steps)",
    ]
  }

  func run(_ world: World) throws {
    let communicator = world.communicator
    let (plan, model) = try communicator.together {
      let plan = try source.plan(options.settings)
      try plan.validate(ranks: communicator.size)
      return (plan, try images.model(plan))
    }
    let run = StepBench(plan, model: model, repeats: bench.repeats, steps: steps)
    let result = try run.run(communicator)
    guard world.leads else { return }
    if bench.json {
      try Results.line(try Self.json(plan, result, ranks: communicator.size))
    } else {
      for line in Self.text(plan, result, ranks: communicator.size) { try Results.line(line) }
    }
  }

  private static func json(
    _ plan: TrainingPlan,
    _ result: StepBench.Result,
    ranks: Int
  ) throws -> String {
    let seconds = median(result.seconds)
    return try JSONText.object([
      "images_per_s": Double(plan.batchSize) / seconds,
      "median_s": seconds,
      "model": plan.model,
      "batch_size": plan.batchSize,
      "lanes": plan.lanes,
      "rounds": plan.rounds(ranks: ranks),
      "threads": result.placement.threadsByRank[0],
      "ranks": ranks,
      "kernels": result.placement.level.rawValue,
      "blas_core": result.placement.blasCores[0],
      "min_s": result.seconds.min(),
      "max_s": result.seconds.max(),
      "peak_rss_mib": mebibytes(result.peak),
      "measured_mib": mebibytes(result.added),
      "planned_mib": mebibytes(result.planned.total),
      "by_kind": result.times.rows,
    ])
  }

  private static func text(
    _ plan: TrainingPlan,
    _ result: StepBench.Result,
    ranks: Int
  ) -> [String] {
    let seconds = median(result.seconds)
    let (least, most) = (result.seconds.min() ?? 0, result.seconds.max() ?? 0)
    let (placement, rounds) = (result.placement, plan.rounds(ranks: ranks))
    let rows = result.times.rows.map {
      [$0.kind, String(format: "%.1f", $0.percent), String(format: "%.6f", $0.seconds)]
    }
    return [
      "\(plan.model), batch \(plan.batchSize), lanes \(plan.lanes)"
        + "\(rounds > 1 ? ", rounds \(rounds)" : ""), ranks \(ranks), threads "
        + "\(placement.threadsText), kernels \(placement.level.rawValue), OpenBLAS "
        + "\(placement.blasCores[0])",
      "images/s   \(significant(Double(plan.batchSize) / seconds))",
      "step       \(significant(seconds)) s, median of \(result.seconds.count) "
        + "(\(significant(least)) to \(significant(most)))",
      "memory     \(mebibytes(result.added)) MiB, planned \(mebibytes(result.planned.total)) MiB; "
        + "whole process \(mebibytes(result.peak)) MiB",
      "",
    ] + TextTable.lines([["kind", "%", "s a step"]] + rows, numbers: [1, 2])
  }
}
