import Checkpoints
import Datasets
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// Runs from a plan to a folder, and evaluations of what they leave.
@Suite(.serialized)
struct TrainingRunTests {
  /// A line of metrics.jsonl; JSONDecoder reads numbers exactly, which JSONSerialization does not.
  private struct Line: Decodable {
    let kind: String
    let step: Int
    let loss: Double
    let accuracy: Double
    let accuracy5: Double?
  }

  @Test(arguments: [1, 3])
  func aRunLeavesItsFilesAndIsEvaluatedAlike(ranks: Int) throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    let path = place.path(of: "run")
    let summaries = try execute(runPlan(data: data.path, output: path), ranks: ranks)
    let summary = summaries[0]
    #expect(summary.state == .done && summary.steps == 6 && summary.epochs == 2)
    #expect(summary.ranks == ranks && summary.lanes == 8 && summary.output == path)
    for other in summaries {
      #expect(other.digest == summary.digest)
      #expect(other.testLoss == summary.testLoss && other.testAccuracy == summary.testAccuracy)
      #expect(other.testAccuracy5 == summary.testAccuracy5)
      #expect(other.trainLoss == summary.trainLoss)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path).sorted() == [
        "checkpoints", "digests.csv", "metrics.csv", "metrics.jsonl", "model.safetensors",
        "plan.yaml",
        "run.json",
        "status.json",
      ]
    )
    for evaluators in [1, 2] {
      for evaluation in try evaluate(path, ranks: evaluators) {
        #expect(evaluation.loss == summary.testLoss)
        #expect(evaluation.accuracy == summary.testAccuracy)
        #expect(evaluation.accuracy5 == summary.testAccuracy5)
        #expect(evaluation.images == 130 && evaluation.model == "smallcnn")
        #expect(evaluation.parameters == summary.parameters && evaluation.data == "cifar10")
      }
    }
    // A single file needs to be told on what.
    let file = "\(path)/model.safetensors"
    #expect(try evaluate(file, data: data.path, ranks: 1)[0].loss == summary.testLoss)
    let failure = #expect(throws: Failure.self) { try evaluate(file, ranks: 1) }
    #expect(failure?.kind == .usage && failure?.message.contains("--data") == true)
  }

  @Test func theFilesSayWhatHappened() throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    let path = place.path(of: "run")
    let plan = runPlan(data: data.path, output: path)
    let summary = try execute(plan, ranks: 2)[0]

    var read = TrainingPlan()
    for (flag, text) in try PlanFile.read("\(path)/plan.yaml") {
      try #require(PlanField.named(flag)).assign(text, to: &read)
    }
    #expect(try read == plan.resolved)

    let status = try json("\(path)/status.json")
    #expect(status["state"] as? String == "done" && status["step"] as? Int == 6)
    let record = try json("\(path)/run.json")
    #expect(record["ranks"] as? Int == 2 && record["threads"] as? [Int] == [1, 1])
    #expect(record["lanes"] as? Int == 8 && record["dialect"] as? String == "paper")
    #expect(record["train_images"] as? Int == 60 && record["test_images"] as? Int == 130)
    let periods = try #require(record["periods"] as? [[String: Any]])
    #expect(periods.count == 1 && periods[0]["first_epoch"] as? Int == 1)
    #expect(periods[0]["epochs"] as? Int == 2)
    #expect(periods[0]["decay"] as? Double == record["decay"] as? Double)
    let state = try #require(record["optimizer_state_bytes"] as? [Int])
    // Two moments of the layout, which is no shorter than the parameters and hardly longer.
    let whole = 8 * summary.parameters
    #expect(state.count == 2 && (whole...whole + 8 * 200).contains(state.reduce(0, +)))

    let lines = try String(contentsOfFile: "\(path)/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(
      lines.map { "\($0.kind) \($0.step)" } == [
        "train 2", "epoch 3", "test 3", "train 4", "train 6", "epoch 6", "test 6",
      ]
    )
    // Ten classes: every row counts the five nearest.
    #expect(lines.allSatisfy { ($0.accuracy...1).contains($0.accuracy5 ?? -1) })
    #expect(lines[6].accuracy5 == summary.testAccuracy5)
    #expect(lines[6].loss == summary.testLoss && lines[6].accuracy == summary.testAccuracy)
    #expect(lines[5].loss == summary.trainLoss && lines[5].accuracy == summary.trainAccuracy)
    let rows = try String(contentsOfFile: "\(path)/metrics.csv", encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 8 && rows.allSatisfy { $0.count == rows[0].count })
    #expect(rows[0].prefix(4) == ["kind", "step", "epoch", "loss"])
  }

  @Test func ranksGiveTheSameModelFile() throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    let models = try [1, 2, 5].map { ranks in
      let path = place.path(of: "run\(ranks)")
      _ = try execute(runPlan(data: data.path, output: path), ranks: ranks)
      return try Data(contentsOf: URL(filePath: "\(path)/model.safetensors"))
    }
    #expect(models[0] == models[1] && models[0] == models[2])
  }

  @Test func anOldRunIsKeptOrReplaced() throws {
    let data = try cifarFolder(train: 20, test: 10)
    let place = try TemporaryFolder()
    let path = place.path(of: "run")
    var plan = runPlan(data: data.path, output: path)
    plan.epochs = 1
    _ = try execute(plan, ranks: 1)
    let model = try Data(contentsOf: URL(filePath: "\(path)/model.safetensors"))
    let failure = #expect(throws: Failure.self) { try execute(plan, ranks: 1) }
    #expect(failure?.kind == .usage)
    #expect(try Data(contentsOf: URL(filePath: "\(path)/model.safetensors")) == model)
    (plan.overwrite, plan.seed) = (true, 2)
    _ = try execute(plan, ranks: 1)
    #expect(try Data(contentsOf: URL(filePath: "\(path)/model.safetensors")) != model)
  }

  @Test(arguments: [1, 3])
  func aDivergedRunSaysSoAndLeavesNoModel(ranks: Int) throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    plan.learningRate = 1e30
    let summaries = try execute(plan, ranks: ranks)
    #expect(summaries.allSatisfy { $0.state == .diverged && $0.steps < 6 })
    let status = try json(place.path(of: "run/status.json"))
    #expect(status["state"] as? String == "diverged")
    #expect(status["step"] as? Int == summaries[0].steps)
    let message = status["message"] as? String ?? ""
    #expect(message.contains(" not finite") && message == summaries[0].message, "\(message)")
    #expect(!FileManager.default.fileExists(atPath: place.path(of: "run/model.safetensors")))
    let failure = #expect(throws: Failure.self) { try evaluate(place.path(of: "run"), ranks: 1) }
    #expect(failure?.kind == .data)
  }

  @Test(arguments: [1, 2])
  func logitsStandInImageOrder(ranks: Int) throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    let summary = try execute(
      runPlan(data: data.path, output: place.path(of: "run")),
      ranks: 1
    )[0]
    let path = place.path(of: "logits.safetensors")
    _ = try evaluate(place.path(of: "run"), logits: path, ranks: ranks)
    let file = try Safetensors(contentsOf: path)
    guard case .float(let logits)? = file.tensors["logits"]?.values,
      case .integer(let labels)? = file.tensors["labels"]?.values
    else {
      Issue.record("logits or labels are missing")
      return
    }
    let expected: [Int64] = (0..<130).map { Int64((3 * $0 + 1) % 10) }
    #expect(labels == expected)
    let right = (0..<130).count { image in
      let row = logits[image * 10..<(image + 1) * 10]
      return row.firstIndex(of: row.max() ?? 0) == image * 10 + Int(labels[image])
    }
    #expect(Double(right) / 130 == summary.testAccuracy)
  }

  @Test func dataThatAreMissingFailOnAllRanks() throws {
    let place = try TemporaryFolder()
    let plan = runPlan(data: place.path(of: "none"), output: place.path(of: "run"))
    let failure = #expect(throws: Failure.self) { try execute(plan, ranks: 3) }
    #expect(failure?.kind == .data)
    #expect(failure?.message.contains(place.path(of: "none")) == true)
    #expect(!FileManager.default.fileExists(atPath: place.path(of: "run")))
  }

  @Test func aRunThatCannotWriteFailsOnAllRanks() throws {
    let data = try cifarFolder(train: 20, test: 10)
    let place = try TemporaryFolder()
    try place.write([1], to: "file")
    let plan = runPlan(data: data.path, output: place.path(of: "file/run"))
    let refusals = try failures(ranks: 2) { _ = try execute(plan, on: $0) }
    #expect(refusals.map { $0?.kind } == [.file, .file])
  }
}
