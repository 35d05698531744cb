import Datasets

/// A folder with damaged training images of CIFAR-100, binary version.
private let folder = FuzzedFolder("train.bin", labels: .coarse, ["fine_label_names.txt": [10]])

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  folder.open(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
