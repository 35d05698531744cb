import ArgumentParser
import Datasets
import Foundation
import Logging
import Plans
import Tensors
import Training

/// `adamw-ddp eval`.
struct EvalCommand: RankCommand, FieldTaker {
  static let command = PlanField.Commands.eval
  static let takesDefaults = false

  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluate a run folder, one of its checkpoints or a model.safetensors file.",
    discussion: """
      Gives exactly the accuracy of the run, on any number of ranks.
      On the test images, or with --split val on those that the run held out.
      Data, held-out part, kernels, --conv and --no-fusion are those of the run
      where nothing else is said; a single file needs --data.
      """
  )

  @Argument(
    help: ArgumentHelp(
      "a run folder, a checkpoint in it (RUN/checkpoints/step-...) or a safetensors file",
      valueName: "RUN|FILE"
    )
  )
  var path: String
  @OptionGroup var options: PlanOptions<EvalCommand>
  @Option(
    name: .customLong("split"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "images to evaluate on (default: test, with --val-fraction val)",
      valueName: EvaluationSplit.allCases.map(\.rawValue).joined(separator: "|")
    )
  )
  var split: String?
  @Flag(
    name: .customLong("allow-other-classes"),
    help: "evaluate on images whose classes have other names than the model's, by their numbers"
  )
  var allowOtherClasses = false
  @Option(
    name: .customLong("ensemble"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "the run's snapshots together: the mean of their weights, or of their probabilities",
      valueName: Ensemble.allCases.map(\.rawValue).joined(separator: "|")
    )
  )
  var ensemble: String?
  @Option(
    name: .customLong("tta"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "flip: the mean of the probabilities of each image and its mirror image (default: none)",
      valueName: TestViews.allCases.map(\.rawValue).joined(separator: "|")
    )
  )
  var views: String?
  @Option(
    name: .customLong("logits"),
    help: ArgumentHelp("write logits and labels to this safetensors file", valueName: "FILE")
  )
  var logits: String?
  @Flag(name: .customLong("json"), help: "print one JSON object on stdout")
  var json = false

  var agreed: KeyValuePairs<String, String> {
    [
      "RUN|FILE": path, "--split": split ?? "not given",
      "--allow-other-classes": "\(allowOtherClasses)", "--ensemble": ensemble ?? "not given",
      "--tta": views ?? "not given",
      "--logits": logits ?? "not given",
      "--deadline": options.settings.first { $0.flag == "deadline" }?.text ?? "not given",
    ]
  }

  func run(_ world: World) throws {
    // The plan's own fields read and check the numbers.
    var plan = TrainingPlan()
    try plan.overlay(options.settings)
    func given<T>(_ flag: String, _ value: T) -> T? {
      options.settings.contains { $0.flag == flag } ? value : nil
    }
    let summary = try Evaluation.execute(
      Evaluation.Request(
        path: path,
        data: given("data", plan.data),
        split: try .named(split, by: "--split"),
        valFraction: plan.valFraction,
        allowOtherClasses: allowOtherClasses,
        threads: plan.threads,
        kernels: given("kernels", plan.kernels),
        convolutions: given("conv", plan.convolutions),
        fusionsOff: given("no-fusion", plan.fusionsOff),
        allowMixedCPU: plan.allowMixedCPU,
        ensemble: try .named(ensemble, by: "--ensemble"),
        views: try .named(views, by: "--tta") ?? TestViews.none,
        logits: logits,
        deadline: plan.deadline
      ),
      world.communicator
    )
    guard world.leads else { return }
    for warning in summary.warnings { Console.logger(.warning).warning("\(warning)") }
    if json {
      try Results.line(try JSONText.line(summary))
    } else {
      let text = accuracyText(summary.accuracy, summary.accuracy5)
      let loss = String(format: "loss %.4f", summary.loss)
      let ensemble =
        summary.ensemble.map { "\($0.rawValue) of \(summary.members) snapshots of " } ?? ""
      let views = summary.views == .flip ? ", each with its mirror image" : ""
      try Results.line(
        "\(ensemble)\(summary.model) on \(grouped(summary.images)) \(summary.split.rawValue) images of "
          + "\(summary.data)\(views): \(text)  \(loss)"
      )
    }
  }
}
