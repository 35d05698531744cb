import Foundation
import Plans
import Tensors
import Testing
import TestSupport

/// Plans as YAML.
struct PlanFileTests {
  @Test func aPlanOfAllFieldsComesBack() throws {
    var plan = TrainingPlan()
    for (flag, text) in PlanFieldTests.texts {
      try #require(PlanField.named(flag)).assign(text, to: &plan)
    }
    let yaml = try PlanFile.yaml(plan)
    #expect(try read(yaml) == plan)
    let lines = yaml.split(separator: "\n")
    #expect(lines.count == PlanField.all.count)
    #expect(zip(lines, PlanField.all).allSatisfy { $0.hasPrefix("\($1.flag):") })
  }

  @Test func theDefaultPlanComesBack() throws {
    let yaml = try PlanFile.yaml(TrainingPlan())
    #expect(try read(yaml) == TrainingPlan())
    // What a plan leaves open stays open.
    for flag in ["lr", "steps", "weight-decay", "output", "threads", "overwrite"] {
      #expect(!yaml.contains("\(flag):"))
    }
  }

  @Test(arguments: [
    "true", "123", "~", "null", "- x", "a: b", "#", "'", "\"", "ä ö", "{}", "[1]", " x ", "a\nb",
  ])
  func odderTextsComeBack(text: String) throws {
    var plan = TrainingPlan()
    plan.output = text
    #expect(try read(PlanFile.yaml(plan)).output == text)
  }

  @Test(arguments: [0.1, 1e-8, 0.025, 0.3333333333333333, 1e-300, 0.05000000000000001])
  func numbersComeBackExactly(number: Double) throws {
    var plan = TrainingPlan()
    (plan.learningRate, plan.weightDecay) = (number, number)
    #expect(try read(PlanFile.yaml(plan)) == plan)
  }

  @Test func whatPeopleWriteIsRead() throws {
    let plan = try read(
      """
      # a comment
      lr: 3e-3
      bn: group:64
      overwrite: true
      epochs: 5
      """
    )
    #expect(plan.learningRate == 3e-3 && plan.batchNorm == .group(64))
    #expect(plan.overwrite && plan.epochs == 5)
    #expect(try read("") == TrainingPlan())
  }

  @Test(arguments: [
    ("- lr", "expected lines of the form"), ("just text", "expected lines of the form"),
    ("lr: [1, 2]", "lr has no single value"), ("learning-rate: 1", "no flag --learning-rate"),
    ("lr: 'x", "not YAML"),
  ])
  func aBadFileIsNamed(yaml: String, complaint: String) throws {
    let failure = #expect(throws: Failure.self) { try read(yaml) }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("/plan.yaml: ") == true)
    #expect(failure?.message.contains(complaint) == true, "\(failure?.message ?? "")")
  }

  @Test func aMissingFileIsNamed() {
    let failure = #expect(throws: Failure.self) { try PlanFile.read("/nowhere/plan.yaml") }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("--config /nowhere/plan.yaml") == true)
  }

  private func read(_ yaml: String) throws -> TrainingPlan {
    let folder = try TemporaryFolder()
    try folder.write(Array(yaml.utf8), to: "plan.yaml")
    var plan = TrainingPlan()
    for (flag, text) in try PlanFile.read(folder.path(of: "plan.yaml")) {
      try #require(PlanField.named(flag)).assign(text, to: &plan)
    }
    return plan
  }
}
