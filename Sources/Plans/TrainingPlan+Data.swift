import Datasets

extension TrainingPlan {
  /// What to open.
  public var dataRequest: DataRequest {
    var request = DataRequest(path: data, trainFraction: trainFraction, valFraction: valFraction)
    (request.labels, request.skipsDamaged) = (labels, skipDamaged)
    request.picture.size = imageSize
    (request.picture.filter, request.picture.crop) = (resize, crop)
    return request
  }

  /// How training samples are varied, in this order.
  public var augmentations: [any Augmentation] {
    var list: [any Augmentation] = []
    if augment == .cropFlip { list.append(CropFlip()) }
    if cutout > 0 { list.append(Cutout(size: cutout)) }
    return list
  }
}
