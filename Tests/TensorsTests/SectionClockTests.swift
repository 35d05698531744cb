import Tensors
import Testing

/// Where a thread is and how long its sections took.
struct SectionClockTests {
  private struct Refused: Error {}

  @Test func knowsWhereTheThreadIs() {
    let clock = SectionClock()
    #expect(clock.now.section == 0 && clock.now.step == -1)
    clock.begin(step: 7)
    clock.measure(-1, isRecorded: false) {
      let outer = clock.now
      #expect(outer.section == -1 && outer.step == 7 && outer.since <= LoopRecorder.now)
      clock.measure(-3, isRecorded: false) {
        #expect(clock.now.section == -3 && clock.now.since >= outer.since)
      }
      #expect(clock.now.section == -1)
    }
    #expect(clock.now.section == 0)
  }

  @Test func addsUpTheSectionsOfAStep() {
    let clock = SectionClock()
    for step in 0..<2 {
      clock.begin(step: step)
      let begin = LoopRecorder.now
      clock.measure(-1, isRecorded: false) {
        for _ in 0..<3 {
          clock.measure(-2, isRecorded: false) { while LoopRecorder.now == begin {} }
        }
      }
      let whole = LoopRecorder.now - begin
      let (outer, inner) = (clock.spent(in: -1), clock.spent(in: -2))
      #expect(inner > 0 && outer >= inner && outer <= whole && clock.spent(in: -3) == 0)
    }
  }

  @Test func knowsTheOutermostSection() {
    let clock = SectionClock()
    #expect(clock.now.outermost == 0)
    clock.measure(-9, isRecorded: false) {
      let outer = clock.now
      #expect(outer.outermost == -9)
      clock.measure(-10, isRecorded: false) {
        #expect(clock.now.outermost == -9 && clock.now.outermostSince == outer.outermostSince)
      }
      #expect(clock.now.outermostSince == outer.outermostSince)
    }
    #expect(clock.now.outermost == 0 && clock.now.outermostSince == clock.now.since)
  }

  /// The first time counts whole, later ones an eighth.
  @Test func knowsWhatASectionUsuallyTakes() {
    let clock = SectionClock()
    func take(_ nanoseconds: Int) {
      clock.measure(-1, isRecorded: false) {
        let begin = LoopRecorder.now
        while LoopRecorder.now - begin < nanoseconds {}
      }
    }
    #expect(clock.usual(-1) == 0)
    take(1_000_000)
    let first = clock.usual(-1)
    #expect(first >= 1_000_000 && clock.usual(-2) == 0)
    take(10 * first)
    let second = clock.usual(-1)
    #expect(second >= first + 9 * first / 8 - 1)
    take(0)
    #expect(clock.usual(-1) < second)
  }

  @Test func isRightAgainBehindAnError() {
    let clock = SectionClock()
    #expect(throws: Refused.self) {
      try clock.measure(-1, isRecorded: false) {
        try clock.measure(-2, isRecorded: false) { throw Refused() }
      }
    }
    #expect(clock.now.section == 0)
  }

  @Test func tellsItsRecorderStepAndSection() {
    let clock = SectionClock()
    let recorder = LoopRecorder(members: 1, capacity: 4)
    (clock.recorder, recorder.isOn) = (recorder, true)
    for step in 3...4 {
      clock.begin(step: step)
      clock.measure(-5, isRecorded: true) {}
      clock.measure(-6, isRecorded: false) {}
    }
    #expect(recorder.count == 2)
    #expect([0, 1].map { recorder[$0].label } == [-5, -5])
    #expect([0, 1].map { recorder[$0].step } == [3, 4])
  }
}
