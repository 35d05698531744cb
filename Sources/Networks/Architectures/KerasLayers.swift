import Tensors

extension Convolution {
  /// As Keras' examples/cifar10_resnet.py has them all: "same" padding, a bias, `he_normal`.
  static func keras(_ outputs: Int, kernel: Int, stride: Int = 1) -> Convolution {
    Convolution(
      outputs: outputs,
      kernel: kernel,
      stride: stride,
      padding: .same,
      bias: true,
      weights: .kerasHeNormal
    )
  }
}

extension BatchNorm {
  /// With Keras' constants: ε 10⁻³ and momentum 0.99, which is 0.01 here.
  static let keras = BatchNorm(epsilon: 1e-3, momentum: 0.01)
}
