/// A folder with damaged IDX images, plain or packed.
private let folder = FuzzedFolder(
  "train-images-idx3-ubyte",
  ["train-labels-idx1-ubyte": [0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 4]]
)

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  folder.open(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
