import Datasets

extension TrainingPlan {
  /// What to open.
  public var dataRequest: DataRequest {
    DataRequest(path: data, trainFraction: trainFraction, valFraction: valFraction)
  }

  /// How training samples are varied, in this order.
  public var augmentations: [any Augmentation] {
    var list: [any Augmentation] = []
    if augment == .cropFlip { list.append(CropFlip()) }
    if cutout > 0 { list.append(Cutout(size: cutout)) }
    return list
  }
}
