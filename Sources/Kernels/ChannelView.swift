/// How stored values are read by whoever needs them normalised or rectified: nothing normalised is stored.
///
/// y = x, max(x, 0), x·scale + shift or max(x·scale + shift, 0), scale and shift by channel.
public struct ChannelView {
  /// What is done; the number is the kernels' argument.
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

  /// What is done.
  public let kind: Kind
  /// A scale for each channel; not read unless normalised.
  public let scale: UnsafePointer<Float>
  /// A shift for each channel; not read unless normalised.
  public let shift: UnsafePointer<Float>

  /// A view of that kind.
  public init(_ kind: Kind, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>) {
    (self.kind, self.scale, self.shift) = (kind, scale, shift)
  }
}
