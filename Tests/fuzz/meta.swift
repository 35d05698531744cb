/// A folder of CIFAR-100, pickled version, with damaged names of classes.
private let folder = FuzzedFolder("meta", ["train": [0x80, 2, 0x7d, 0x2e]])

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  folder.open(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
