import ArgumentParser
import Foundation
import Kernels
import Networks
import Plans
import Tensors
import Training

/// `adamw-ddp eval`.
struct EvalCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluate a run folder or a model.safetensors file.",
    discussion: """
      Gives exactly the accuracy of the run, on any number of ranks.
      A single file needs --data.
      """
  )

  @Argument(help: ArgumentHelp("a run folder or a safetensors file", valueName: "RUN|FILE"))
  var path: String
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "a data folder or 'synthetic'; by default what the run used",
      valueName: "PATH"
    )
  )
  var data: String?
  @Option(
    name: .customLong("val-fraction"),
    parsing: .unconditional,
    help: ArgumentHelp("evaluate on this held-out part of the training images", valueName: "X")
  )
  var valFraction: String?
  @Option(
    name: .customLong("threads"),
    parsing: .unconditional,
    help: ArgumentHelp("threads of a rank; by default the cores it may use", valueName: "N")
  )
  var threads: String?
  @Option(
    name: .customLong("kernels"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "instruction set; by default what the run was told, auto for a file",
      valueName: KernelChoice.allCases.map(\.rawValue).joined(separator: "|")
    )
  )
  var kernels: String?
  @Option(
    name: .customLong("conv"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "how convolutions are computed; by default as in the run, auto for a file",
      valueName: ConvolutionChoice.allCases.map(\.rawValue).joined(separator: "|")
    )
  )
  var conv: String?
  @Option(
    name: .customLong("no-fusion"),
    parsing: .unconditionalSingleValue,
    help: .field("no-fusion")
  )
  var noFusion: [String] = []
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
    name: .customLong("logits"),
    help: ArgumentHelp("write logits and labels to this safetensors file", valueName: "FILE")
  )
  var logits: String?
  @Flag(name: .customLong("allow-mixed-cpu"), help: .field("allow-mixed-cpu"))
  var allowMixedCPU = false
  @Flag(name: .customLong("json"), help: "print one JSON object on stdout")
  var json = false

  func run(_ world: World) throws {
    // The plan's own fields read and check the numbers.
    var plan = TrainingPlan()
    try plan.assign([
      ("val-fraction", valFraction), ("threads", threads), ("kernels", kernels), ("conv", conv),
      ("no-fusion", noFusion.isEmpty ? nil : noFusion.joined(separator: ",")),
    ])
    let together = try ensemble.map { text in
      guard let ensemble = Ensemble(rawValue: text) else {
        let names = Ensemble.allCases.map(\.rawValue).joined(separator: " or ")
        throw Failure(.usage, "--ensemble \(text): expected \(names).")
      }
      return ensemble
    }
    let summary = try Evaluation.execute(
      Evaluation.Request(
        path: path,
        data: data,
        valFraction: plan.valFraction,
        threads: plan.threads,
        kernels: kernels.map { _ in plan.kernels },
        convolutions: conv.map { _ in plan.convolutions },
        fusionsOff: noFusion.isEmpty ? nil : plan.fusionsOff,
        allowMixedCPU: allowMixedCPU,
        ensemble: together,
        logits: logits
      ),
      world.communicator
    )
    guard world.leads else { return }
    if json {
      print(try JSONText.line(summary))
    } else {
      let text = accuracyText(summary.testAccuracy, summary.testAccuracy5)
      let loss = String(format: "loss %.4f", summary.testLoss)
      let ensemble =
        summary.ensemble.map { "\($0.rawValue) of \(summary.members) snapshots of " } ?? ""
      print(
        "\(ensemble)\(summary.model) on \(summary.images) images of \(summary.data): \(text)  \(loss)"
      )
    }
  }
}
