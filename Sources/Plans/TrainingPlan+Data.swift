import Datasets
import Pictures
import Tensors

extension TrainingPlan {
  /// What to open.
  public var dataRequest: DataRequest {
    var request = DataRequest(path: data, trainFraction: trainFraction, valFraction: valFraction)
    (request.labels, request.skipsDamaged) = (labels, skipDamaged)
    request.picture.size = imageSize
    (request.picture.filter, request.picture.crop) = (resize, crop)
    return request
  }

  /// How each training sample is varied, in this order.
  public var augmentations: [any Augmentation] { augment.addingCutout(cutout).augmentations }

  /// How the samples of a batch are mixed; nil where they are not.
  public var mixing: BatchMixing? { augment.mixing }

  /// Refuses what varies samples in two ways that do not go together.
  func validateAugmentation() throws(Failure) {
    if cutout > 0, augment.has(.cutout) {
      throw Failure(
        .usage,
        "--cutout \(cutout) and --augment \(augment) cut out twice: leave one of them out."
      )
    }
    if normalize == .meanImage, let first = augment.first(of: .bytes) {
      throw Failure(
        .usage,
        "--normalize mean-image takes the mean off before an image is moved, and --augment \(first) "
          + "changes its colours after that: leave one of them out."
      )
    }
  }
}
