import Tensors

/// Memory that networks of one rank share which never run at the same time: from forward to the end
/// of backward it is one network's.
public struct NetworkSpace {
  let arena: FloatBuffer
  let scratch: FloatBuffer

  /// Enough for the largest of networks of these sizes.
  public init(_ sizes: [NetworkSizes]) {
    arena = FloatBuffer(count: sizes.map(\.arena).max() ?? 0)
    scratch = FloatBuffer(count: sizes.map(\.floats).max() ?? 0)
  }
}
