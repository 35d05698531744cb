import Tensors

/// A small network for quick runs: three 3×3 convolutions of 16, 32 and 64 channels with BatchNorm
/// and ReLU, max pooling between them.
func smallCNN(input: ImageShape, classes: Int) -> Model {
  var net = ModelBuilder(input: input)
  var x = net.input
  for (index, width) in [16, 32, 64].enumerated() {
    let n = index + 1
    x = net.add("conv\(n)", Convolution(outputs: width, kernel: 3, padding: 1), x)
    x = net.add("bn\(n)", BatchNorm(), x)
    x = net.add("relu\(n)", Rectifier(), x)
    if n < 3 { x = net.add("pool\(n)", Pooling(.max, window: 2, stride: 2), x) }
  }
  x = net.add("avgpool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: classes), x)
  return net.model("smallcnn")
}
