import Tensors

/// The "26 2×kd" network of Gastaldi's Shake-Shake (2017, arXiv 1705.07485, models/shakeshake.lua):
/// three stages of blocks of two branches.
///
/// Widths are k, 2k, 4k; `blocks` in a stage give 6 · blocks + 2 layers. The AdamW paper trains
/// 2×64d and 2×96d.
package func shakeShakeNet(
  blocks: Int = 4,
  width: Int,
  mode: ShakeMode,
  input: ImageShape,
  classes: Int
) -> Model {
  precondition(width % 2 == 0, "a projection gives each of its two paths half the channels")
  var net = ModelBuilder(input: input)
  var x = net.add("conv1", Convolution(outputs: 16, kernel: 3, padding: 1), net.input)
  x = net.add("bn1", BatchNorm(), x)
  for (stage, width) in [width, 2 * width, 4 * width].enumerated() {
    for block in 0..<blocks {
      x = shakeShakeBlock(
        &net,
        "layer\(stage + 1).\(block)",
        x,
        width: width,
        stride: stage > 0 && block == 0 ? 2 : 1,
        mode: mode
      )
    }
  }
  x = net.add("relu", Rectifier(), x)
  x = net.add("avgpool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: classes), x)
  return net.model("shake\(6 * blocks + 2)-2x\(width)d")
}

/// Shortcut plus the mixture of two branches; branches and projection read one ReLU of x, the
/// identity reads x itself.
private func shakeShakeBlock(
  _ net: inout ModelBuilder,
  _ name: String,
  _ input: Int,
  width: Int,
  stride: Int,
  mode: ShakeMode
) -> Int {
  let x = net.add("\(name).relu", Rectifier(), input)
  var shortcut = input
  if net.shape(input).channels != width {
    shortcut = projection(&net, "\(name).shortcut", x, width: width, stride: stride)
  }
  let a = branch(&net, "\(name).branch1", x, width: width, stride: stride)
  let b = branch(&net, "\(name).branch2", x, width: width, stride: stride)
  return net.add("\(name).shake", ShakeShake(mode), shortcut, a, b)
}

/// (ReLU –) conv3×3 – BN – ReLU – conv3×3 – BN.
private func branch(
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
  x = net.add("\(name).relu", Rectifier(), x)
  x = net.add("\(name).conv2", Convolution(outputs: width, kernel: 3, padding: 1), x)
  return net.add("\(name).bn2", BatchNorm(), x)
}

/// (ReLU –) two paths of half the channels, the second over the image moved one pixel right and
/// down, side by side – BN.
private func projection(
  _ net: inout ModelBuilder,
  _ name: String,
  _ input: Int,
  width: Int,
  stride: Int
) -> Int {
  var a = input
  if stride > 1 { a = net.add("\(name).subsample1", Subsample(stride: stride), input) }
  a = net.add("\(name).conv1", Convolution(outputs: width / 2, kernel: 1), a)
  var b = net.add("\(name).subsample2", Subsample(stride: stride, shift: 1), input)
  b = net.add("\(name).conv2", Convolution(outputs: width / 2, kernel: 1), b)
  let x = net.add("\(name).concatenation", Concatenation(), a, b)
  return net.add("\(name).bn", BatchNorm(), x)
}
