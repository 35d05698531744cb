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
  /// Zeros around the input.
  public let padding: Int

  /// A square kernel over `input` with `outputs` output channels.
  public init(input: ImageShape, outputs: Int, kernel: Int, stride: Int, padding: Int) {
    precondition(
      input.height + 2 * padding >= kernel && input.width + 2 * padding >= kernel,
      "a \(kernel)×\(kernel) kernel does not fit \(input) with padding \(padding)"
    )
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    output = ImageShape(
      height: (input.height + 2 * padding - kernel) / stride + 1,
      width: (input.width + 2 * padding - kernel) / stride + 1,
      channels: outputs
    )
  }

  /// Values under the kernel: rows of the weight matrix, K = kernel² · input channels in order (row, column, channel).
  public var depth: Int { kernel * kernel * input.channels }

  /// Whether the patch matrix is the image itself.
  public var isPointwise: Bool { kernel == 1 && stride == 1 && padding == 0 }

  /// Output rows of a block, a pure function of the geometry: the patch matrix stays within 64 Ki floats.
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
