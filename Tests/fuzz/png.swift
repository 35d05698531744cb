import Pictures

/// What libFuzzer calls with each input: a PNG file, whose bytes may stand for 8,256 pixels each.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedPicture.read(UnsafeBufferPointer(start: bytes, count: min(count, 2000)), .png)
  return 0
}
