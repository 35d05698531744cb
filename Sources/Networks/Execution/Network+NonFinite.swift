import Tensors

extension Network {
  /// A value of forward that is not finite.
  public struct NonFiniteValue: Hashable, Sendable {
    /// The number of the node, in the order of forward, among those that are run.
    public let node: Int
    /// The local sample.
    public let sample: Int
    /// Whether it is no number; else it is infinite.
    public let isNaN: Bool
  }

  /// Nodes that are run, the images among them; what is put together counts as one.
  public var nodeCount: Int { results.count }

  /// The name of a node that is run: "layer1.0.conv1"; nil for the images.
  public func layer(_ node: Int) -> String? { node == 0 ? nil : results[node].layer }

  /// Runs forward on the images of the round and returns the first value that is not finite, nil
  /// where all are; of a node that of the first sample.
  ///
  /// For rare events: it allocates. Every rank must call it in training, and throws when one is
  /// lost.
  public func firstNonFinite() throws -> NonFiniteValue? {
    let copy = FloatBuffer(count: results.map(\.shape.count).max() ?? 1)
    var first: NonFiniteValue?
    try forward { node in
      // Chains may finish nodes in another order.
      guard node < first?.node ?? .max else { return }
      for sample in 0..<batch.localSamples {
        guard let isNaN = results[node].nonFinite(sample, copy: copy.base) else { continue }
        first = NonFiniteValue(node: node, sample: sample, isNaN: isNaN)
        return
      }
    }
    return first
  }
}
