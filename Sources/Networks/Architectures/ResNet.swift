import Tensors

/// The CIFAR ResNets of He, Zhang, Ren and Sun 2015, section 4.2: 6n + 2 layers, widths 16, 32, 64,
/// option A shortcuts; torchvision's names.
func cifarResNet(depth: Int, input: ImageShape, classes: Int) -> Model {
  precondition((depth - 2) % 6 == 0, "a CIFAR ResNet has 6n + 2 layers")
  var net = ModelBuilder(input: input)
  var x = net.add("conv1", Convolution(outputs: 16, kernel: 3, padding: 1), net.input)
  x = net.add("bn1", BatchNorm(), x)
  x = net.add("relu", Rectifier(), x)
  x = basicStages(&net, widths: [16, 32, 64], blocks: (depth - 2) / 6, x) { width, stride in
    BasicBlock(
      width: width,
      stride: stride,
      convolution: { Convolution(outputs: width, kernel: 3, stride: $0, padding: 1) },
      norm: BatchNorm(),
      shortcut: { $0.add("\($1).shortcut", Shortcut(stride: stride, outputs: width), $2) }
    )
  }
  x = net.add("avgpool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: classes), x)
  return net.model("resnet\(depth)")
}
