import Tensors
import TestSupport
import Testing

/// What a team notes of its loops.
struct LoopRecorderTests {
  @Test(arguments: [1, 2, 3])
  func everyMembersPartIsNoted(members: Int) throws {
    let team = threadTeam(size: members)
    let recorder = LoopRecorder(members: members, capacity: 10)
    team.recorder = recorder
    team.run(7) { _, _ in }
    #expect(recorder.count == 0, "it is off at first")
    recorder.isOn = true
    recorder.label = 5
    team.run(7) { _, _ in }
    recorder.measure(-2) { team.run(1) { _, _ in } }
    #expect(recorder.count == 3 && !recorder.isFull)
    #expect([0, 1, 2].map { recorder[$0].label } == [5, -2, -2])
    #expect([0, 1, 2].map { recorder[$0].isLoop } == [true, false, true])
    for member in 0..<members {
      let own = recorder.interval(0, member: member)
      #expect(own.begin > 0 && own.begin <= own.end && own.end <= recorder[0].finish)
    }
    // Alone in a part of the program and in a loop of one item.
    for entry in [1, 2] {
      #expect(recorder.interval(entry, member: 0).end > 0)
      for member in 1..<members { #expect(recorder.interval(entry, member: member).end == 0) }
    }
    let (part, loop) = (recorder.interval(1, member: 0), recorder.interval(2, member: 0))
    #expect(part.begin <= loop.begin && loop.end <= part.end)
  }

  @Test func itStopsWhenFullAndSaysSo() {
    let team = threadTeam(size: 2)
    let recorder = LoopRecorder(members: 2, capacity: 2)
    (team.recorder, recorder.isOn) = (recorder, true)
    for _ in 0..<2 { team.run(4) { _, _ in } }
    #expect(recorder.count == 2 && !recorder.isFull)
    team.run(4) { _, _ in }
    #expect(recorder.measure(1) { 3 } == 3)
    #expect(recorder.count == 2 && recorder.isFull)
    recorder.clear()
    #expect(recorder.count == 0 && !recorder.isFull)
    team.run(4) { _, _ in }
    #expect(recorder.count == 1)
  }

  @Test func whatThrowsIsNotedToo() {
    struct Refused: Error {}
    let recorder = LoopRecorder(members: 1, capacity: 2)
    recorder.isOn = true
    #expect(throws: Refused.self) { try recorder.measure(4) { throw Refused() } }
    #expect(recorder.count == 1 && recorder[0].label == 4)
    #expect(recorder.interval(0, member: 0).length >= 0)
  }
}
