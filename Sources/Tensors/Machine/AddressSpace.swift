/// What address space this process may still take.
package struct AddressSpace: Equatable, Sendable {
  /// Bytes that are left.
  package let bytes: Double
  /// Bytes that the limit allows in all.
  package let limit: Double
  /// The limit that leaves least.
  package let from: ResourceLimit
  /// Bytes that the threads of this process take where there is more room than now, as malloc does
  /// for each but the first.
  package let wanted: Double

  /// Beside what a thread asks for itself: what malloc reserves for each.
  package static let mallocBytesPerThread = 64 << 20

  /// What is left now; nil where nothing limits it.
  package static var left: AddressSpace? {
    left(
      status: ProcessStatus.text,
      addressSpace: ResourceLimit.addressSpace.soft,
      data: ResourceLimit.data.soft
    )
  }

  /// What is left of the limits by the `status` of /proc/self; nil where nothing limits it.
  package static func left(status: String, addressSpace: UInt64?, data: UInt64?) -> AddressSpace? {
    let threads = ProcessStatus.number("Threads", in: status)
    func room(_ limit: UInt64?, _ name: String, _ from: ResourceLimit) -> AddressSpace? {
      limit.map {
        let used = Double(ProcessStatus.bytes(name, in: status))
        return AddressSpace(
          bytes: max(0, Double($0) - used),
          limit: Double($0),
          from: from,
          wanted: Double(max(0, threads - 1) * mallocBytesPerThread)
        )
      }
    }
    return [room(addressSpace, "VmSize", .addressSpace), room(data, "VmData", .data)]
      .compactMap { $0 }.min { $0.bytes < $1.bytes }
  }
}
