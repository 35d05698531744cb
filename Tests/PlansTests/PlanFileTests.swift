import Foundation
import Optimizers
import Plans
import Tensors
import Testing
import TestSupport

/// Plans as YAML.
struct PlanFileTests {
  @Test func aPlanOfAllFieldsComesBack() throws {
    var plan = TrainingPlan()
    for field in PlanField.all { try field.assign(PlanFieldTests.changed(field), to: &plan) }
    let yaml = try PlanFile.yaml(plan)
    #expect(try read(yaml) == plan)
    let lines = yaml.split(separator: "\n")
    #expect(lines.first == "numerics-version: \(numericsVersion)")
    #expect(lines.count == 1 + PlanField.all.count)
    #expect(zip(lines.dropFirst(), PlanField.all).allSatisfy { $0.hasPrefix("\($1.flag):") })
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

  /// As YAML has several values, and as people write yes and no.
  @Test func listsAndWordsAreRead() throws {
    let plan = try read(
      """
      model: ResNet20
      opt: AdamW
      overwrite: True
      save-best: yes
      no-pin: off
      no-decay: [norm, Bias]
      no-l2:
        - conv
        - dense
      opt-betas: [0.8, 0.99]
      lr-scale: {bias: 2, norm: 0.5}
      sched: piecewise-linear
      knots: [80: 0.1, 120:0.01]
      lr: .001
      """
    )
    #expect(plan.model == "resnet20" && plan.rule == "adamw" && plan.learningRate == 0.001)
    #expect(plan.overwrite && plan.saveBest && !plan.noPin)
    #expect(plan.noDecay == [.norm, .bias] && plan.noL2 == [.conv, .dense])
    #expect(PlanField.named("opt-betas")?.get(plan) == "0.8,0.99")
    #expect(plan.learningRateFactors == [.bias: 2, .norm: 0.5])
    #expect(PlanField.named("knots")?.get(plan) == "80:0.1,120:0.01")
    let steps = try read("step-epochs: [30, 60]\nsched: step\n")
    #expect(steps.stepEpochs == [30, 60])
    #expect(try read("sched: piecewise-linear\nknots: {3: 1, 5: 0.5}").knots?.count == 2)
  }

  /// A record of a run says where that run wrote; a new one with the same plan writes elsewhere.
  @Test func aRunsRecordKeepsItsOutput() throws {
    let folder = try TemporaryFolder()
    let yaml = "epochs: 3\noutput: runs/old\noverwrite: true\nprofile: trace.json\n"
    for name in ["plan.yaml", "run/plan.yaml", "run/mine.yaml"] {
      try folder.write(Array(yaml.utf8), to: name)
    }
    try folder.write([], to: "run/run.json")
    var record = TrainingPlan()
    try PlanFile.apply(folder.path(of: "run/plan.yaml"), to: &record)
    // Not that file, or not in a run's folder.
    for name in ["plan.yaml", "run/mine.yaml"] {
      var plan = TrainingPlan()
      try PlanFile.apply(folder.path(of: name), to: &plan)
      #expect(plan.output == "runs/old" && plan.overwrite && plan.profile == "trace.json")
    }
    #expect(record.epochs == 3 && record.output == nil)
    #expect(!record.overwrite && record.profile == nil)
  }

  @Test(arguments: [
    ("- lr", "expected lines of the form"), ("just text", "expected lines of the form"),
    ("lr: [1, 2]", "lr has no single value"),
    ("learning-rate: 1", "no flag --learning-rate: here it is --lr"),
    ("weight_decay: 1", "no flag --weight_decay (did you mean weight-decay?)"),
    ("preset: paper-adamwr", "--preset is none of a plan's"),
    ("bathc-size: 8", "no flag --bathc-size (did you mean batch-size?)"),
    ("wd: 1", "here it is --weight-decay"), ("epochs: {1: 2}", "epochs has no single value"),
    ("no-decay: []", "no-decay has no single value"),
    ("opt-betas: {0.9: 0.99}", "opt-betas has no single value"),
    ("lr-scale: {bias: [1, 2]}", "lr-scale has no single value"),
    ("lr: 'x", "not YAML"), ("numerics-version: 2x", "expected an integer"),
    ("numerics-version: 0", "expected an integer"), ("numerics-version: 1000", "newer program"),
  ])
  func aBadFileIsNamed(yaml: String, complaint: String) throws {
    let failure = #expect(throws: Failure.self) { try read(yaml) }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("/plan.yaml: ") == true)
    #expect(failure?.message.contains(complaint) == true, "\(failure?.message ?? "")")
  }

  /// A field whose default was 8 up to version 2, 9 in versions 3 and 4, and is 0 in version 5.
  @Test(arguments: [
    ("numerics-version: 1", ["8"]), ("numerics-version: 2", ["8"]), ("numerics-version: 3", ["9"]),
    ("numerics-version: 4", ["9"]), ("numerics-version: 5", []), ("# no version", []),
    ("numerics-version: 1\nmade-up: 3", ["3"]), ("made-up: 3\nnumerics-version: 4", ["3"]),
  ])
  func whatAnOlderFileLacksIsItsDefaultThen(yaml: String, texts: [String]) throws {
    let field = PlanField(
      "made-up",
      \.cutout,
      .integer(0...100),
      .method,
      earlierDefaults: [2: "8", 4: "9"],
      "a field"
    )
    let pairs = try PlanFile.pairs(in: yaml, fields: [field], version: 5)
    #expect(pairs.map(\.text) == texts && pairs.allSatisfy { $0.flag == "made-up" })
  }

  /// A run's own file that names no version is older than the key.
  @Test func aRunsFileWithoutAVersionIsOfTheFirst() throws {
    let field = PlanField(
      "made-up",
      \.cutout,
      .integer(0...100),
      .method,
      earlierDefaults: [1: "8"],
      "a field"
    )
    let texts = try [nil, 1].map {
      try PlanFile.pairs(in: "", fields: [field], version: 2, unmarked: $0).map(\.text)
    }
    #expect(texts == [[], ["8"]])
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
