import CZlib
import Tensors

/// Unpacks deflated bytes of a source, with zlib.
final class Inflater {
  /// What stands around the deflated bytes.
  enum Form: Int32 {
    /// Nothing, as in a zip file.
    case raw = -15
    /// A header and a checksum.
    case gzip = 31
  }

  private static let blockSize = 1 << 18

  private let source: any ByteSource
  /// Where zlib works; it must stay at its place.
  private let stream: UnsafeMutablePointer<z_stream>
  private let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Inflater.blockSize)
  /// The bytes of the source that `input` holds.
  private var held = 0..<0
  private let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Inflater.blockSize)

  init(_ source: any ByteSource, _ form: Form) {
    self.source = source
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    let code = inflateInit2_(stream, form.rawValue, ZLIB_VERSION, size)
    precondition(code == Z_OK, "zlib cannot begin: \(code)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
    output.deallocate()
  }

  /// Unpacks one stream that begins at `range`'s beginning, appending it to `bytes`; returns the
  /// byte behind it.
  ///
  /// Throws a `.data` failure that names source and byte where it is damaged, does not end within
  /// `range`, or `bytes` would have more than `most`.
  func unpack(
    _ range: Range<Int>,
    into bytes: inout [UInt8],
    most: Int
  ) throws(Failure) -> Int {
    inflateReset(stream)
    var offset = range.lowerBound
    while offset < range.upperBound {
      // Many small streams may lie in one block.
      if !held.contains(offset) {
        let count = min(Self.blockSize, range.upperBound - offset)
        let room = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(input)[..<count]
        )
        held = 0..<0
        try source.read(at: offset, into: room)
        held = offset..<offset + count
      }
      let (end, ended) = try take(offset..<min(held.upperBound, range.upperBound), &bytes, most)
      if ended { return end }
      offset = end
    }
    throw Failure(.data, "\(source.path) ends early: its packed bytes do not end by byte \(offset)")
  }

  /// Unpacks bytes that `input` holds: the byte up to which they were taken, and whether the stream
  /// ended there.
  private func take(
    _ range: Range<Int>,
    _ bytes: inout [UInt8],
    _ most: Int
  ) throws(Failure) -> (end: Int, ended: Bool) {
    stream.pointee.next_in = input.baseAddress?.advanced(by: range.lowerBound - held.lowerBound)
    stream.pointee.avail_in = UInt32(range.count)
    var (code, end) = (Z_OK, range.lowerBound)
    repeat {
      stream.pointee.next_out = output.baseAddress
      stream.pointee.avail_out = UInt32(output.count)
      code = inflate(stream, Z_NO_FLUSH)
      end = range.upperBound - Int(stream.pointee.avail_in)
      // Without room or input left there is nothing to do, which is no damage.
      guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(code)"
        throw Failure(
          .data,
          "\(source.path) is damaged: it cannot be unpacked at byte \(end): \(reason)"
        )
      }
      let made = output.count - Int(stream.pointee.avail_out)
      guard made <= most - bytes.count else {
        throw Failure(
          .data,
          "\(source.path) unpacks to more than \(most) bytes, at byte \(end): no images shrink "
            + "that much"
        )
      }
      bytes.append(contentsOf: output[..<made])
    } while code == Z_OK && (stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0)
    return (end, code == Z_STREAM_END)
  }
}
