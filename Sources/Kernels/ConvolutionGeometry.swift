import Tensors

/// The sizes of a convolution of one image, and the blocks of output rows it is computed in.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// The input image.
  public let input: ImageShape
  /// The output image.
  public let output: ImageShape
  /// Kernel height and width.
  public let kernel: Int
  /// Step between output pixels.
  public let stride: Int
  /// Zeros before the first row; the output's height implies those behind the last.
  public let top: Int
  /// Zeros before the first column.
  public let left: Int

  /// A square kernel over `input` with `outputs` output channels.
  public init(input: ImageShape, outputs: Int, kernel: Int, stride: Int, padding: Padding) {
    self.input = input
    self.kernel = kernel
    self.stride = stride
    let rows = padding.along(input.height, kernel: kernel, stride: stride)
    let columns = padding.along(input.width, kernel: kernel, stride: stride)
    (top, left) = (rows.before, columns.before)
    output = ImageShape(height: rows.outputs, width: columns.outputs, channels: outputs)
  }

  /// Values under the kernel: rows of the weight matrix, K = kernel² · input channels in order
  /// (row, column, channel).
  public var depth: Int { kernel * kernel * input.channels }

  /// Whether the patch matrix is the image itself.
  public var isPointwise: Bool { kernel == 1 && stride == 1 && top == 0 && left == 0 }

  /// Whether Winograd computes it: a 3×3 kernel of stride 1 or 2, with as many zeros above the
  /// image as left of it.
  public var fitsWinograd: Bool {
    kernel == 3 && (1...2).contains(stride) && top == left && top <= 2
  }

  /// Output rows of a block, a pure function of the geometry: the patch matrix stays within 64 Ki
  /// floats.
  public var rowsPerBlock: Int {
    max(1, min(output.height, 65_536 / (output.width * depth)))
  }

  /// Blocks of output rows in an image.
  public var blocks: Int { (output.height + rowsPerBlock - 1) / rowsPerBlock }

  /// The output rows of a block; the last may be shorter.
  public func rows(_ block: Int) -> Range<Int> {
    block * rowsPerBlock..<min((block + 1) * rowsPerBlock, output.height)
  }

  /// Floats of the patch matrix of the largest block; none for a pointwise convolution.
  public var patchCapacity: Int { isPointwise ? 0 : rowsPerBlock * output.width * depth }

  /// Multiply-adds of one image.
  public var multiplyAdds: Int { output.count * depth }
}
