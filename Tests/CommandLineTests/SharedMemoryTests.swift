import Testing
import adamw_ddp

/// Whether ranks find room where Open MPI has them meet.
struct SharedMemoryTests {
  @Test(arguments: [
    (3.0, 2, true), (64, 2, false), (5, 32, true), (5, 8, false), (0, 1, false),
    (.infinity, 9, false),
  ])
  func tooLittleIsSaid(mebibytes: Double, ranks: Int, isLittle: Bool) {
    let note = SharedMemory.note(mebibytes * 1_048_576, path: "/dev/shm", host: "h2", ranks: ranks)
    #expect((note != nil) == isLittle)
    if let note {
      #expect(
        note.hasPrefix("on h2 /dev/shm has \(mebibytes) MiB free, and its \(ranks) ranks may")
      )
      #expect(note.contains("bus error"))
    }
  }

  @Test(arguments: [
    (nil, true), ("self,tcp", false), ("self,vader,tcp", true), ("^vader", false),
    ("^openib", true),
  ])
  func onlyWhereItIsUsed(list: String?, isUsed: Bool) {
    #expect(SharedMemory.usesVader(list) == isUsed)
  }
}
