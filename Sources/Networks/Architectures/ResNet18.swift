import Tensors

/// torchvision's ResNet-18 with a stem for small images: conv3×3 of stride 1 without the max
/// pooling; four stages of two basic blocks.
///
/// Widths w, 2w, 4w, 8w, w = 64. Names, BatchNorm's constants and first values are torchvision's:
/// convolutions He normal by fan-out, `fc` as PyTorch's Linear has it, uniform within ±1/√fan-in
/// for weights and bias. A shortcut of another shape is conv1×1 – BN, "downsample".
package func cifarResNet18(width: Int = 64, input: ImageShape, classes: Int) -> Model {
  var net = ModelBuilder(input: input)
  var x = net.add("conv1", Convolution(outputs: width, kernel: 3, padding: 1), net.input)
  x = net.add("bn1", BatchNorm(), x)
  x = net.add("relu", Rectifier(), x)
  let widths = [width, 2 * width, 4 * width, 8 * width]
  x = basicStages(&net, widths: widths, blocks: 2, x) { width, stride in
    BasicBlock(
      width: width,
      stride: stride,
      convolution: { Convolution(outputs: width, kernel: 3, stride: $0, padding: 1) },
      norm: BatchNorm(),
      shortcut: { net, name, input in
        let projection = Convolution(outputs: width, kernel: 1, stride: stride)
        let y = net.add("\(name).downsample.0", projection, input)
        return net.add("\(name).downsample.1", BatchNorm(), y)
      }
    )
  }
  x = net.add("avgpool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: classes, biases: .torchUniform), x)
  return net.model("resnet18")
}
