import Tensors

/// The network of a Keras tutorial on tf_flowers: two 3×3 convolutions of 64 channels, pooled,
/// rectified and dropped, and a dense layer of 128.
///
/// conv – max pool – ReLU – dropout 0.2, twice, then dense – ReLU – dense. Keras' first values:
/// `glorot_uniform`, zero biases. A side of S pixels gives the dense layer 64 · ⌊S/4⌋² inputs.
func flowersCNN(input: ImageShape, classes: Int) -> Model {
  var net = ModelBuilder(input: input)
  var x = net.input
  for n in 1...2 {
    let convolution = Convolution(
      outputs: 64,
      kernel: 3,
      padding: 1,
      bias: true,
      weights: .glorotUniform
    )
    x = net.add("conv\(n)", convolution, x)
    x = net.add("pool\(n)", Pooling(.max, window: 2, stride: 2), x)
    x = net.add("relu\(n)", Rectifier(), x)
    x = net.add("dropout\(n)", Dropout(rate: 0.2), x)
  }
  x = net.add("fc1", Dense(outputs: 128, weights: .glorotUniform), x)
  x = net.add("relu3", Rectifier(), x)
  _ = net.add("fc2", Dense(outputs: classes, weights: .glorotUniform), x)
  return net.model("flowers-cnn")
}
