/// What a stage of a network is called in a profile.
public struct StageName: Hashable, Sendable {
  /// The kernel: "convolution.forward".
  public let kernel: String
  /// The node of the model: "layer1.0.conv1"; the last one's for the loss.
  public let layer: String

  /// The first part of the kernel's name: "convolution".
  public var kind: String { String(kernel.prefix { $0 != "." }) }
}
