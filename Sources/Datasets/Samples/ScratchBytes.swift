/// Room for some bytes while `body` runs, on the stack up to 4096 of them.
///
/// The standard library's temporary memory alone would be on the heap from 1025 bytes on.
@inline(__always)
func withScratchBytes<E: Error>(
  _ count: Int,
  _ body: (UnsafeMutablePointer<UInt8>) throws(E) -> Void
) throws(E) {
  if count <= 4096 {
    var bytes = InlineArray<4096, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    try span.withUnsafeMutableBufferPointer { buffer throws(E) in
      if let start = buffer.baseAddress { try body(start) }
    }
  } else {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { buffer throws(E) in
      if let start = buffer.baseAddress { try body(start) }
    }
  }
}

/// The same for values.
@inline(__always)
func withScratchFloats(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
  if count <= 4096 {
    var values = InlineArray<4096, Float>(repeating: 0)
    var span = values.mutableSpan
    span.withUnsafeMutableBufferPointer { buffer in
      if let start = buffer.baseAddress { body(start) }
    }
  } else {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { buffer in
      if let start = buffer.baseAddress { body(start) }
    }
  }
}
