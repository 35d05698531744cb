import Datasets
import Networks

extension PlanField {
  static let dataFields: [PlanField] = [
    // Every host may have the images in a folder of its own; that they are the same ones is
    // checked.
    PlanField(
      "data",
      \.data,
      .path("PATH", expected: "a PATH"),
      .identity,
      isLocal: true,
      also: [.eval, .replay],
      "images (CIFAR, ImageNet32x32, IDX, folders of JPEG and PNG), or 'synthetic': built-in ones"
    ),
    PlanField(
      "stage-to",
      \.stageTo,
      .optional(.path("DIR", expected: "a folder of each host's own")),
      .running,
      isLocal: true,
      also: .replay,
      "copy the data into this folder of each host first, such as \"$TMPDIR\", unless they are there"
    ),
    PlanField(
      "model",
      \.model,
      .name(of: ModelCatalog.names),
      .method,
      also: [.estimate, .benchStep],
      "network: " + ModelCatalog.names.joined(separator: ", ")
    ),
    PlanField(
      "shake",
      \.shake,
      .optional(
        .described(
          "FORWARD-BACKWARD-LEVEL",
          expected:
            "shake|even, then shake|even|keep, then image|batch, such as \(ShakeMode.paper)",
          read: { ShakeMode($0.lowercased()) }
        )
      ),
      .method,
      also: .benchStep,
      follows: "model",
      "how shake26 networks mix their branches in training: shake or even, then shake, even or keep, "
        + "drawn by image or batch; by default \(ShakeMode.paper)"
    ),
    PlanField(
      "val-fraction",
      \.valFraction,
      .optional(.number(.openFraction)),
      .identity,
      also: [.eval, .data, .preview],
      "hold out this part of the training images, class by class, and evaluate on it"
    ),
    PlanField(
      "train-fraction",
      \.trainFraction,
      .optional(.number(.part)),
      .identity,
      "train on this part of all training images, class by class, taken from those not held out"
    ),
    PlanField(
      "labels",
      \.labels,
      .choice,
      .identity,
      also: [.eval, .data, .preview],
      "which labels of CIFAR-100: 100 classes or the 20 they are grouped into"
    ),
    PlanField(
      "image-size",
      \.imageSize,
      .optional(.integer(1...4096)),
      .identity,
      also: [.eval, .data, .preview],
      "height and width that pictures of a folder get; by default they must be of one size"
    ),
    PlanField(
      "resize",
      \.resize,
      .choice,
      .identity,
      also: [.eval, .data, .preview],
      follows: "image-size",
      "how pictures get another size: a triangle filter as wide as the reduction, the mean of what "
        + "a pixel covers, or the nearest pixel"
    ),
    PlanField(
      "crop",
      \.crop,
      .choice,
      .identity,
      also: [.eval, .data, .preview],
      follows: "image-size",
      "pictures that are not square: cut evenly, or squeezed"
    ),
    PlanField(
      "skip-damaged",
      \.skipDamaged,
      .toggle,
      .running,
      also: [.eval, .data, .preview],
      "leave damaged pictures out, and count them"
    ),
    PlanField(
      "augment",
      \.augment,
      .augmentations,
      .method,
      also: .preview,
      "crop-flip (random crop after zero padding of 4, and horizontal flip), keras, flowers, none, or "
        + "a list such as pad-crop:4,flip,cutout:16,mixup:0.2"
    ),
    PlanField(
      "cutout",
      \.cutout,
      .integer(0...),
      .method,
      also: .preview,
      "set a square of N×N pixels of every training image to the mean colour, at random; 0: none"
    ),
    PlanField(
      "normalize",
      \.normalize,
      .normalization,
      .method,
      "what bytes become: standard, the usual constants of these images (default); computed, mean and "
        + "deviation of each channel over the training images; mean-image, the mean of each value of "
        + "them, then ÷ 255; or constants for each channel, such as 125.3,123,113.9/63,62.1,66.7"
    ),
  ]
}
