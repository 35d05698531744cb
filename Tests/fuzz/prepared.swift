import Tensors

/// A prepared file alone.
private let folder = FuzzedFolder("images", isAlone: true)

/// What libFuzzer calls with each input: a prepared file, whose head gets the checksum that it should
/// have, for no fuzzer finds it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var file = Array(UnsafeBufferPointer(start: bytes, count: count))
  file.withUnsafeMutableBytes { file in
    guard file.count >= 32 else { return }
    let length = UInt64(littleEndian: file.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
    guard length <= UInt64(file.count - 32) else { return }
    let head = UnsafeRawBufferPointer(rebasing: file[32..<32 + Int(length)])
    file.storeBytes(of: XXH64.hash(head).littleEndian, toByteOffset: 16, as: UInt64.self)
  }
  file.withUnsafeBytes { folder.open($0) }
  return 0
}
