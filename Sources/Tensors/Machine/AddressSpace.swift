/// What address space this process may still take.
package struct AddressSpace: Equatable, Sendable {
  /// Bytes that are left.
  package let bytes: Double
  /// Bytes that the limit allows in all.
  package let limit: Double
  /// The limit that leaves least.
  package let from: ResourceLimit

  /// Beside what a thread asks for itself: what malloc reserves for each.
  package static let mallocBytesPerThread = 64 << 20

  /// What is left now; nil where nothing limits it.
  package static var left: AddressSpace? {
    let status = (try? FileBytes.read("/proc/self/status")) ?? []
    return left(
      status: String(decoding: status, as: UTF8.self),
      addressSpace: ResourceLimit.addressSpace.soft,
      data: ResourceLimit.data.soft
    )
  }

  /// What is left of the limits by the `status` of /proc/self; nil where nothing limits it.
  package static func left(status: String, addressSpace: UInt64?, data: UInt64?) -> AddressSpace? {
    func used(_ name: String) -> Double {
      let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      // "VmSize:	  256724 kB".
      let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      return 1024 * (number.flatMap { Double($0) } ?? 0)
    }
    func room(_ limit: UInt64?, _ name: String, _ from: ResourceLimit) -> AddressSpace? {
      limit.map {
        AddressSpace(bytes: max(0, Double($0) - used(name)), limit: Double($0), from: from)
      }
    }
    return [room(addressSpace, "VmSize", .addressSpace), room(data, "VmData", .data)]
      .compactMap { $0 }.min { $0.bytes < $1.bytes }
  }
}
