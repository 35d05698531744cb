import CZlib

/// What zlib makes of bytes: raw, or as a gzip file.
func deflated(_ bytes: [UInt8], gzip: Bool) -> [UInt8] {
  var stream = z_stream()
  let size = Int32(MemoryLayout<z_stream>.size)
  var (input, output) = (bytes, [UInt8](repeating: 0, count: bytes.count + 1024))
  return withUnsafeMutablePointer(to: &stream) { stream in
    deflateInit2_(stream, 9, Z_DEFLATED, gzip ? 31 : -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    defer { deflateEnd(stream) }
    let made = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        (stream.pointee.next_in, stream.pointee.avail_in) = (input.baseAddress, UInt32(input.count))
        (stream.pointee.next_out, stream.pointee.avail_out) =
          (output.baseAddress, UInt32(output.count))
        precondition(deflate(stream, Z_FINISH) == Z_STREAM_END)
        return Int(stream.pointee.total_out)
      }
    }
    return Array(output[..<made])
  }
}
