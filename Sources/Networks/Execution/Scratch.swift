/// Floats that something else owns.
package typealias Floats = UnsafeMutablePointer<Float>

/// Memory that an operation needs besides its inputs and outputs.
package struct Scratch: Hashable, Sendable {
  /// Floats for each thread, shared by all operations.
  var workspace = 0
  /// Floats for each thread that last from the first samples of a chunk to the last.
  var sums = 0
  /// Floats of one partial gradient (a chunk's or a lane's), shared by all operations.
  var slot = 0
  /// Floats that live as long as the operation's stages of forward, and of backward: transformed
  /// weights.
  var forward = 0
  var backward = 0
  /// Floats of the node's own, kept from forward to backward.
  var floats = 0
  /// Float64 of the node's own, kept from forward to backward.
  var doubles = 0
  /// Float64 per lane that the step sums over lanes: contributions to running statistics.
  var record = 0
}

/// The scratch memory that all operations of a network share.
struct SharedScratch {
  let workspace: Floats
  let workspaceStride: Int
  /// Of each workspace, where the sums of a chunk begin.
  let sums: Int
  let slots: Floats
  let slotStride: Int
}
