import Plans

/// A plan of `steps` steps for a small source; nothing else differs from the defaults.
func smallPlan(batch: Int = 40, steps: Int = 4) -> TrainingPlan {
  var plan = TrainingPlan()
  plan.model = "smallcnn"
  plan.epochs = 2
  plan.batchSize = batch
  plan.steps = steps
  plan.evalEvery = 0
  return plan
}
