import Tensors

/// Keras' "ResNet v1" for CIFAR-10 (examples/cifar10_resnet.py): 6 · blocks + 2 layers, widths w,
/// 2w, 4w, w = 16.
///
/// After He, Zhang, Ren and Sun 2015, but with biases, `he_normal`, "same" padding, and a conv1×1
/// without BatchNorm where the width changes. The mean is over the whole image, as Keras' 8×8
/// pooling is at 32×32. The example's L2 term on the kernels belongs to the rule, not to the model.
package func kerasResNetV1(blocks: Int, width: Int = 16, input: ImageShape, classes: Int) -> Model {
  var net = ModelBuilder(input: input)
  var x = net.add("conv1", Convolution.keras(width, kernel: 3), net.input)
  x = net.add("bn1", BatchNorm.keras, x)
  x = net.add("relu", Rectifier(), x)
  x = basicStages(&net, widths: [width, 2 * width, 4 * width], blocks: blocks, x) { width, stride in
    BasicBlock(
      width: width,
      stride: stride,
      convolution: { .keras(width, kernel: 3, stride: $0) },
      norm: .keras,
      shortcut: {
        $0.add("\($1).shortcut", Convolution.keras(width, kernel: 1, stride: stride), $2)
      }
    )
  }
  x = net.add("avgpool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: classes, weights: .kerasHeNormal), x)
  return net.model("resnet\(6 * blocks + 2)v1")
}
