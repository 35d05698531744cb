import ArgumentParser
import Datasets
import Optimizers
import Plans
import Tensors

/// `adamw-ddp explain`.
struct ExplainCommand: ParsableCommand, FieldTaker {
  static let command = PlanField.Commands.explain

  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Learning rate and decay step by step, and the same in other dialects.",
    discussion: """
      Takes train's flags of data, training and optimizer, and trains nothing.
      The number of images is that of --data, or --images.
      """
  )

  @OptionGroup(title: "Plan") var source: PlanSourceOptions
  @OptionGroup var options: PlanOptions<ExplainCommand>

  @Option(
    name: .customLong("images"),
    parsing: .unconditional,
    help: ArgumentHelp("training images, instead of opening --data", valueName: "N")
  )
  var images: String?
  @Option(
    name: .customLong("at"),
    parsing: .unconditional,
    help: ArgumentHelp("steps to show, from 0; by default those that say most", valueName: "S,S")
  )
  var steps: String?
  @Option(
    name: .customLong("at-epochs"),
    parsing: .unconditional,
    help: ArgumentHelp("epochs to show the first step of, from 0, perhaps 99.5", valueName: "E,E")
  )
  var epochs: String?
  @Option(
    name: .customLong("to"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "say the plan in this dialect, and what is not the same there",
      valueName: Dialect.allCases.map(\.rawValue).joined(separator: "|")
    )
  )
  var target: String?
  @Flag(name: .customLong("json"), help: "print one JSON object on stdout")
  var json = false

  func run() throws {
    let plan = try source.plan(options.settings)
    try plan.validate(ranks: 1)
    let dialects = try Dialect.named(target, by: "--to").map { [$0] } ?? Dialect.allCases
    let samples = try samples(plan)
    let horizon = try Horizon(plan, samples: samples)
    let explanation = try PlanExplanation(plan, samples: samples, at: try chosen(horizon))
    let translations = try dialects.map {
      try DialectTranslation(plan, to: $0, samples: samples)
    }
    if json {
      try Results.line(try ExplainJSON.line(explanation, translations))
      return
    }
    let end =
      target == nil
      ? ExplainText.table(translations) : try translations.flatMap(ExplainText.whole)
    for line in ExplainText.lines(explanation) + [""] + end { try Results.line(line) }
  }

  /// B: what --images says, or what is there to train on.
  private func samples(_ plan: TrainingPlan) throws -> Int {
    guard let images else {
      do {
        return try openDataSource(plan.dataRequest).train.count
      } catch {
        guard error.kind == .data else { throw error }
        let message = error.message
        let sentence = message.hasSuffix(".") ? message.dropLast() : message[...]
        throw Failure(.data, sentence + "; --images N explains without data.")
      }
    }
    // What a preset holds out is not in their number.
    if let flag = options.settings.first(where: { $0.flag.hasSuffix("fraction") }) {
      throw Failure(
        .usage,
        "--images says how many images are trained on, so --\(flag.flag) has nothing to say."
      )
    }
    guard let count = Int(images), (1...Int(Int32.max)).contains(count) else {
      throw Failure(.usage, "--images \(images): expected an integer from 1 to \(Int32.max).")
    }
    return count
  }

  /// The steps that --at and --at-epochs name; nil without both.
  private func chosen(_ horizon: Horizon) throws -> [Int]? {
    if steps == nil && epochs == nil { return nil }
    let named = try list("at", steps, "such as 0,100,2000") { text in
      Int(text).flatMap { $0 >= 0 ? $0 : nil }
    }
    let begun = try list("at-epochs", epochs, "such as 0,50,99.5") { text in
      Double(text).flatMap { $0.isFinite && $0 >= 0 ? horizon.step(ofEpoch: $0) : nil }
    }
    for (flag, text, steps) in [("at", self.steps, named), ("at-epochs", epochs, begun)] {
      if let late = steps.first(where: { $0 >= horizon.steps }) {
        throw Failure(
          .usage,
          "--\(flag) \(text ?? ""): step \(late) lies behind the run, whose \(horizon.steps) steps "
            + "are numbered from 0."
        )
      }
    }
    return named + begun
  }

  private func list(
    _ flag: String,
    _ text: String?,
    _ example: String,
    _ read: (String) -> Int?
  ) throws -> [Int] {
    try (text?.split(separator: ",", omittingEmptySubsequences: false) ?? []).map {
      guard let step = read(String($0)) else {
        throw Failure(.usage, "--\(flag) \(text ?? ""): expected numbers \(example).")
      }
      return step
    }
  }
}
