import Pictures

/// What libFuzzer calls with each input: a JPEG file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedPicture.read(UnsafeBufferPointer(start: bytes, count: count), .jpeg)
  return 0
}
