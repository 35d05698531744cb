import Datasets
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

/// A list of every kind of augmentation that can stand beside the others.
let everyAugmentation = augmentations(
  "pad-crop:2,reflect-crop:2,flip,shift:0.1,resized-crop:0.5,color-jitter:0.2:0.2:0.2,cutout:2,"
    + "erasing,mixup:0.4,cutmix:1"
)
/// Mixup, and what it is by default beside.
let mixup = augmentations("crop-flip,mixup:0.2")
/// The same with cutmix.
let cutmix = augmentations("crop-flip,cutmix")

private func augmentations(_ text: String) -> AugmentationList {
  do { return try AugmentationList(text) } catch {
    fatalError("\(text): expected \(error.expected)")
  }
}
