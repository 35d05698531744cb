import Synchronization
import Tensors
import Testing

struct FloatBufferTests {
  @Test(arguments: [0, 1, 15, 16, 17, 1000, 100_001])
  func memoryIsZeroedAndOnACacheLine(count: Int) {
    // Several at a time, so that the allocator cannot be lucky once.
    let buffers = (0..<9).map { _ in FloatBuffer(count: count) }
    for buffer in buffers {
      #expect(UInt(bitPattern: buffer.base) % 64 == 0)
      #expect(buffer.count == count && buffer.elements.count == count)
      #expect(buffer.bytes.count == 4 * count)
      #expect(buffer.elements.allSatisfy { $0.bitPattern == 0 })
      buffer.elements.update(repeating: 7)
    }
  }

  @Test func foreignMemoryIsReleasedOnceAtTheEnd() {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
    defer { memory.deallocate() }
    memory.initialize(repeating: 3, count: 4)
    let releases = Count()
    var buffer: FloatBuffer? = FloatBuffer(base: memory, count: 4) { releases.add() }
    #expect(buffer?.base == memory && buffer?.elements[3] == 3)
    #expect(releases.value == 0)
    buffer = nil
    #expect(releases.value == 1)
  }

  private final class Count: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
  }
}
