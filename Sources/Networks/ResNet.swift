import Tensors

/// The CIFAR ResNets of He, Zhang, Ren and Sun 2015, section 4.2: 6n + 2 layers, widths 16, 32, 64, option A shortcuts; torchvision's names.
func cifarResNet(depth: Int, input: ImageShape, classes: Int) -> Model {
  precondition((depth - 2) % 6 == 0, "a CIFAR ResNet has 6n + 2 layers")
  var net = ModelBuilder(input: input)
  var x = net.add("conv1", Convolution(outputs: 16, kernel: 3, padding: 1), net.input)
  x = net.add("bn1", BatchNorm(), x)
  x = net.add("relu", Rectifier(), x)
  for (stage, width) in [16, 32, 64].enumerated() {
    for block in 0..<(depth - 2) / 6 {
      x = basicBlock(
        &net,
        "layer\(stage + 1).\(block)",
        x,
        width: width,
        stride: stage > 0 && block == 0 ? 2 : 1
      )
    }
  }
  x = net.add("avgpool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: classes), x)
  return net.model("resnet\(depth)")
}

/// conv3×3 – BN – ReLU – conv3×3 – BN, plus the shortcut, then ReLU.
private func basicBlock(
  _ net: inout ModelBuilder,
  _ name: String,
  _ input: Int,
  width: Int,
  stride: Int
) -> Int {
  var x = net.add(
    "\(name).conv1",
    Convolution(outputs: width, kernel: 3, stride: stride, padding: 1),
    input
  )
  x = net.add("\(name).bn1", BatchNorm(), x)
  x = net.add("\(name).relu1", Rectifier(), x)
  x = net.add("\(name).conv2", Convolution(outputs: width, kernel: 3, padding: 1), x)
  x = net.add("\(name).bn2", BatchNorm(), x)
  var shortcut = input
  if stride != 1 || net.shape(input).channels != width {
    shortcut = net.add("\(name).shortcut", Shortcut(stride: stride, outputs: width), input)
  }
  x = net.add("\(name).add", Addition(), x, shortcut)
  return net.add("\(name).relu2", Rectifier(), x)
}
