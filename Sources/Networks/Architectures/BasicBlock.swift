import Tensors

/// The block of two convolutions of He, Zhang, Ren and Sun 2015: conv3×3 – BN – ReLU – conv3×3 –
/// BN, plus the shortcut, then ReLU.
///
/// Networks differ in how their convolutions and normalisations start and in what leads past the
/// block.
struct BasicBlock {
  /// Output channels.
  let width: Int
  /// The first convolution's step.
  let stride: Int
  /// A 3×3 convolution to `width` channels.
  let convolution: (_ stride: Int) -> Convolution
  /// The normalisation behind it.
  let norm: BatchNorm
  /// Adds what is between the block's input and the sum where their shapes differ, under the
  /// block's name.
  let shortcut: (_ net: inout ModelBuilder, _ name: String, _ input: Int) -> Int

  /// Adds the block's nodes under a name and returns the last one's number.
  func add(to net: inout ModelBuilder, _ name: String, _ input: Int) -> Int {
    var x = net.add("\(name).conv1", convolution(stride), input)
    x = net.add("\(name).bn1", norm, x)
    x = net.add("\(name).relu1", Rectifier(), x)
    x = net.add("\(name).conv2", convolution(1), x)
    x = net.add("\(name).bn2", norm, x)
    let isSame = stride == 1 && net.shape(input).channels == width
    let past = isSame ? input : shortcut(&net, name, input)
    x = net.add("\(name).add", Addition(), x, past)
    return net.add("\(name).relu2", Rectifier(), x)
  }
}

/// Stages of `blocks` blocks each, one for every width, called layer1, layer2, …; the first block
/// of every stage but the first has stride 2.
func basicStages(
  _ net: inout ModelBuilder,
  widths: [Int],
  blocks: Int,
  _ input: Int,
  _ block: (_ width: Int, _ stride: Int) -> BasicBlock
) -> Int {
  var x = input
  for (stage, width) in widths.enumerated() {
    for number in 0..<blocks {
      let stride = stage > 0 && number == 0 ? 2 : 1
      x = block(width, stride).add(to: &net, "layer\(stage + 1).\(number)", x)
    }
  }
  return x
}
