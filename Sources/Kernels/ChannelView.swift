import CKernels

extension ChannelView {
  /// What is done to x; the number is the kernels'.
  public enum Kind: Int, Sendable {
    /// x.
    case plain = 0
    /// max(x, 0).
    case rectified = 1
    /// x·scale + shift.
    case normalized = 2
    /// max(x·scale + shift, 0).
    case normalizedAndRectified = 3
  }

  /// A view of that kind; scale and shift, by channel, are not read unless it normalises.
  public init(_ kind: Kind, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>) {
    self.init(kind: kind.rawValue, scale: scale, shift: shift)
  }
}
