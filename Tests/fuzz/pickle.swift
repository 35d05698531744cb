/// A folder with a damaged pickle of ImageNet32x32.
private let folder = FuzzedFolder("train_data_batch_1")

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  folder.open(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
