import CKernels
import Tensors

extension PoolWindows {
  /// The windows over an image; one that would reach beyond the padding is left out.
  public init(over image: ImageShape, window: Int, stride: Int, padding: Int) {
    self.init(
      height: image.height,
      width: image.width,
      channels: image.channels,
      window: window,
      stride: stride,
      padding: padding,
      outHeight: (image.height + 2 * padding - window) / stride + 1,
      outWidth: (image.width + 2 * padding - window) / stride + 1
    )
  }
}
