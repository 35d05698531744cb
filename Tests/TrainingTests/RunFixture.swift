import Collectives
import Datasets
import Foundation
import Plans
import Runs
import Tensors
import TestSupport
import Training

/// A run of three steps an epoch on such files, whose threads are bound to no core.
func runPlan(data: String, output: String) -> TrainingPlan {
  var plan = TrainingPlan()
  (plan.model, plan.data, plan.output) = ("smallcnn", data, output)
  (plan.batchSize, plan.epochs, plan.logEvery) = (20, 2, 2)
  (plan.threads, plan.noPin) = (1, true)
  return plan
}

/// Every rank's summary of a run.
func execute(_ plan: TrainingPlan, ranks: Int) throws -> [RunSummary] {
  try ThreadWorld.run(ranks: ranks) { try execute(plan, on: $0) }
}

/// One rank's part of a run.
func execute(
  _ plan: TrainingPlan,
  on communicator: any Communicator,
  stop: StopRequest = StopRequest(),
  console: (any RunConsole)? = nil,
  resume: ResumeRequest? = nil
) throws -> RunSummary {
  try TrainingRun(
    plan,
    in: try RunEnvironment(plan, communicator),
    launch: RunRecord.Launch(version: "test", mpi: "none", command: ["test"]),
    stop: stop,
    console: console,
    resume: resume
  ).execute()
}

/// Every rank's summary of an evaluation; in threads of its own, because it binds them to cores.
func evaluate(
  _ path: String,
  data: String? = nil,
  logits: String? = nil,
  ensemble: Ensemble? = nil,
  views: TestViews = .none,
  split: EvaluationSplit? = nil,
  ranks: Int
) throws -> [Evaluation.Summary] {
  let request = Evaluation.Request(
    path: path,
    data: data,
    split: split,
    valFraction: nil,
    threads: 1,
    ensemble: ensemble,
    views: views,
    logits: logits
  )
  return try ThreadWorld.run(ranks: ranks) { try Evaluation.execute(request, $0) }
}

/// A JSON file's object.
func json(_ path: String) throws -> [String: Any] {
  let data = try Data(contentsOf: URL(filePath: path))
  return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
}
