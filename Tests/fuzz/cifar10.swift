/// A folder with a damaged file of CIFAR-10, binary version.
private let folder = FuzzedFolder("data_batch_1.bin")

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  folder.open(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
