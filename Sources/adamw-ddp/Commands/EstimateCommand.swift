import ArgumentParser
import Benchmarks
import Foundation
import Networks
import Plans
import Tensors
import Training

/// `adamw-ddp estimate`.
struct EstimateCommand: ParsableCommand, FieldTaker {
  static let command = PlanField.Commands.estimate

  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Parameters, multiply-adds and memory of a network, without training.",
    discussion: """
      With --ranks, --threads, a plan or any flag of the step: the memory of the
      largest rank too, as bench step measures it.
      """
  )

  @OptionGroup(title: "Plan") var source: PlanSourceOptions
  @OptionGroup var options: PlanOptions<EstimateCommand>
  @OptionGroup(title: PlanField.Section.data.rawValue) var images: ImageOptions
  @Option(
    name: .customLong("ranks"),
    parsing: .unconditional,
    help: ArgumentHelp("ranks that share the work (default: 1)", valueName: "N")
  )
  var ranks: Int?
  @Flag(name: .customLong("json"), help: "print one JSON object on stdout")
  var json = false

  func validate() throws { if let ranks { try requirePositive("ranks", ranks) } }

  func run() throws {
    let plan = try source.plan(options.settings)
    let ranks = self.ranks ?? 1
    try plan.validate(ranks: ranks)
    let model = try images.model(plan)
    let threads =
      plan.threads ?? min(affinityMask().count, ControlGroups().cores?.threads ?? .max)
    let wantsMemory =
      self.ranks != nil || source.isGiven || options.settings.contains { $0.flag != "model" }
    let memory =
      wantsMemory ? try StepMemory(plan, model, ranks: ranks, threads: threads) : nil
    let whole =
      wantsMemory && plan.rounds(ranks: ranks) > 1
      ? try StepMemory(plan.inOneRound, model, ranks: ranks, threads: threads) : nil
    let base = ProcessMemory.resident
    let evaluation =
      Evaluator.bytes(model, threads: threads, options: plan.networkOptions)
    if json {
      try printJSON(model, memory, whole, base, evaluation, threads: threads)
      return
    }
    let sizes = [grouped(model.layout.parameterCount), grouped(model.multiplyAdds)]
    let labels = [["parameters", sizes[0], ""], ["multiply-adds", sizes[1], "an image, forward"]]
    for line in TextTable.lines(labels, numbers: [1]) { try Results.line(line) }
    guard let memory else { return }
    try Results.line("")
    try Results.line(
      "the largest of \(ranks) \(ranks == 1 ? "rank" : "ranks"), threads \(threads), MiB:"
    )
    let rows =
      memory.parts.map { ($0.name, $0.bytes) } + [("total", memory.total)]
      + (whole.map { [("total in one round", $0.total)] } ?? [])
      + [
        ("evaluation (train)", evaluation), ("program before", base),
        ("process", memory.total + base),
      ]
    let cells = rows.map { [$0, String(format: "%.3f", mebibytes($1))] }
    for line in TextTable.lines(cells, numbers: [1]) { try Results.line(line) }
  }

  private func printJSON(
    _ model: Model,
    _ memory: StepMemory?,
    _ whole: StepMemory?,
    _ base: Int,
    _ evaluation: Int,
    threads: Int
  ) throws {
    let (parameters, macs) = (model.layout.parameterCount, model.multiplyAdds)
    guard let memory else {
      try Results.line(
        try JSONText.object([
          "parameters": parameters, "multiply_adds": macs, "model": model.name,
        ])
      )
      return
    }
    let parts = memory.parts.map {
      ($0.name.lowercased().replacing(" ", with: "_"), mebibytes($0.bytes))
    }
    try Results.line(
      try JSONText.object([
        "parameters": parameters,
        "multiply_adds": macs,
        "model": model.name,
        "ranks": ranks ?? 1,
        "threads": threads,
        "total_mib": mebibytes(memory.total),
        "total_in_one_round_mib": mebibytes((whole ?? memory).total),
        "evaluation_mib": mebibytes(evaluation),
        "program_mib": mebibytes(base),
        "process_mib": mebibytes(memory.total + base),
        "parts_mib": Dictionary(uniqueKeysWithValues: parts),
      ])
    )
  }
}
