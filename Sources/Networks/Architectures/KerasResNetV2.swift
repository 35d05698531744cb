import Tensors

/// Keras' "ResNet v2" for CIFAR-10 (examples/cifar10_resnet.py): 9 · units + 2 layers, bottleneck
/// units with activation first.
///
/// After He, Zhang, Ren and Sun 2016. Stages lead from w to 4w, 4w to 8w and 8w to 16w channels, w
/// = 16. The mean is over the whole image, as Keras' 8×8 pooling is at 32×32. The example's L2 term
/// on the kernels belongs to the rule, not to the model.
package func kerasResNetV2(units: Int, width: Int = 16, input: ImageShape, classes: Int) -> Model {
  var net = ModelBuilder(input: input)
  var x = net.add("conv1", Convolution.keras(width, kernel: 3), net.input)
  x = normalized(&net, "", 1, x)
  for (stage, factor) in [1, 4, 8].enumerated() {
    for unit in 0..<units {
      x = bottleneckUnit(
        &net,
        "layer\(stage + 1).\(unit).",
        x,
        width: factor * width,
        outputs: (stage == 0 ? 4 : 2) * factor * width,
        place: (stage, unit)
      )
    }
  }
  x = normalized(&net, "", 2, x)
  x = net.add("avgpool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: classes, weights: .kerasHeNormal), x)
  return net.model("resnet\(9 * units + 2)v2")
}

/// BN – ReLU – conv1×1 – BN – ReLU – conv3×3 – BN – ReLU – conv1×1, plus the shortcut; the
/// network's first unit comes after a BN – ReLU.
private func bottleneckUnit(
  _ net: inout ModelBuilder,
  _ name: String,
  _ input: Int,
  width: Int,
  outputs: Int,
  place: (stage: Int, unit: Int)
) -> Int {
  let stride = place.stage > 0 && place.unit == 0 ? 2 : 1
  var x = place == (0, 0) ? input : normalized(&net, name, 1, input)
  x = net.add("\(name)conv1", Convolution.keras(width, kernel: 1, stride: stride), x)
  x = normalized(&net, name, 2, x)
  x = net.add("\(name)conv2", Convolution.keras(width, kernel: 3), x)
  x = normalized(&net, name, 3, x)
  x = net.add("\(name)conv3", Convolution.keras(outputs, kernel: 1), x)
  var shortcut = input
  if place.unit == 0 {
    shortcut = net.add(
      "\(name)shortcut",
      Convolution.keras(outputs, kernel: 1, stride: stride),
      input
    )
  }
  return net.add("\(name)add", Addition(), shortcut, x)
}

/// BN – ReLU.
private func normalized(_ net: inout ModelBuilder, _ name: String, _ number: Int, _ x: Int) -> Int {
  let y = net.add("\(name)bn\(number)", BatchNorm.keras, x)
  return net.add("\(name)relu\(number)", Rectifier(), y)
}
