import Tensors
import Testing

/// What limits of address space leave.
struct AddressSpaceTests {
  private let status = "Name:\tp\nVmPeak:\t  900 kB\nVmSize:\t  400 kB\nVmData:\t  100 kB\n"

  @Test func whatIsUsedIsNotLeft() {
    let left = AddressSpace.left(status: status, addressSpace: 1000 * 1024, data: nil)
    #expect(left?.bytes == 600 * 1024 && left?.limit == 1000 * 1024)
    #expect(left?.from == .addressSpace)
  }

  @Test func theTighterLimitCounts() {
    let left = AddressSpace.left(status: status, addressSpace: 1000 * 1024, data: 300 * 1024)
    #expect(left?.bytes == 200 * 1024 && left?.from == .data)
  }

  @Test func nothingIsLeftOfALimitThatIsPassed() {
    #expect(AddressSpace.left(status: status, addressSpace: 1024, data: nil)?.bytes == 0)
  }

  /// What this one may not have found room for, the next start finds.
  @Test func threadsTakeMoreWhereThereIsMore() {
    func wanted(_ threads: String) -> Double? {
      AddressSpace.left(status: status + threads, addressSpace: 1 << 30, data: nil)?.wanted
    }
    #expect(wanted("") == 0 && wanted("Threads:\t1\n") == 0)
    #expect(wanted("Threads:\t4\n") == Double(3 * AddressSpace.mallocBytesPerThread))
  }

  @Test func noLimit() {
    #expect(AddressSpace.left(status: status, addressSpace: nil, data: nil) == nil)
  }
}
