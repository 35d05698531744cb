import Glibc

/// Owned memory for `count` floats, zeroed, aligned to a cache line.
///
/// It lives as long as the object. Views are plain pointers into it, valid for that long; who makes
/// one keeps the buffer.
public final class FloatBuffer: @unchecked Sendable {
  /// The first element; 64-byte aligned unless the memory is somebody else's.
  public let base: UnsafeMutablePointer<Float>
  /// The number of floats.
  public let count: Int
  private let release: @Sendable () -> Void

  /// Bytes of a large page, and from where on a buffer asks for them.
  private static let largePage = 2 << 20

  /// Allocates `count` zeros (at least one element of memory, so that `base` always exists).
  ///
  /// Large buffers ask for large pages: a convolution writes to dozens of places at a time, more
  /// than the core translates small ones for.
  public init(count: Int) {
    precondition(count >= 0, "a buffer cannot have \(count) elements")
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let isLarge = bytes >= 2 * Self.largePage
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: bytes,
      alignment: isLarge ? Self.largePage : 64
    )
    // Only advice: a system without large pages answers with an error that does not matter.
    if isLarge { _ = madvise(raw, bytes, MADV_HUGEPAGE) }
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
    release = { [address = UInt(bitPattern: raw)] in
      UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
  }

  /// Wraps memory that somebody else made, a segment shared by the ranks of a node, say; `release`
  /// runs at the end.
  public init(
    base: UnsafeMutablePointer<Float>,
    count: Int,
    release: @escaping @Sendable () -> Void
  ) {
    self.base = base
    self.count = count
    self.release = release
  }

  deinit { release() }

  /// The elements as a buffer pointer, valid while this object lives.
  public var elements: UnsafeMutableBufferPointer<Float> { .init(start: base, count: count) }

  /// The memory as bytes, valid while this object lives.
  public var bytes: UnsafeMutableRawBufferPointer { .init(elements) }
}
