/// A file that may be an archive, in a folder without data.
private let folder = FuzzedFolder("archive")

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  folder.open(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
