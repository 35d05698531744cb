import DataParallel
import Tensors
import Testing
import Training

/// How long a rank has been where it is, and how long it may be.
struct SectionWatchTests {
  private let second = 1_000_000_000

  private func reading(
    _ section: StepSection?,
    in outermost: StepSection? = nil,
    since: Int = 1,
    outermostSince: Int = 1
  ) -> SectionClock.Reading {
    SectionClock.Reading(
      section: section?.rawValue ?? 0,
      outermost: (outermost ?? section)?.rawValue ?? 0,
      step: 3,
      since: since,
      outermostSince: outermostSince
    )
  }

  @Test func timeInAStepAddsUp() {
    var watch = SectionWatch(tick: second / 4)
    #expect(watch.look(reading(.step), elapsed: second / 4) == 0)
    #expect(watch.look(reading(.step), elapsed: second / 4) == second / 4)
    // Sections inside go by; the step goes on.
    #expect(watch.look(reading(.reduce, in: .step, since: 2), elapsed: second / 4) == second / 2)
    #expect(watch.innermost == 0)
    #expect(
      watch.look(reading(.reduce, in: .step, since: 2), elapsed: second / 4) == 3 * second / 4
    )
    #expect(watch.innermost == second / 4)
    // The next step.
    #expect(watch.look(reading(.step, since: 5, outermostSince: 5), elapsed: second / 4) == 0)
  }

  /// Whoever was stopped himself saw nothing of that time.
  @Test func aLookThatComesLateCountsASecondMore() {
    var watch = SectionWatch(tick: second / 4)
    _ = watch.look(reading(.reduce, in: .step), elapsed: second / 4)
    let taken = watch.look(reading(.reduce, in: .step), elapsed: 3600 * second)
    #expect(taken == second + second / 4)
  }

  /// What is saved in an evaluation has the clock of saving, and what is shown to people none.
  @Test func whatIsInsideAnEvaluationIsNoPartOfIt() {
    var watch = SectionWatch(tick: second)
    _ = watch.look(reading(.evaluate), elapsed: second)
    #expect(watch.look(reading(.evaluate), elapsed: second) == second)
    _ = watch.look(reading(.save, in: .evaluate, since: 2), elapsed: second)
    #expect(watch.look(reading(.save, in: .evaluate, since: 2), elapsed: second) == second)
    #expect(watch.look(reading(.save, in: .evaluate, since: 2), elapsed: second) == 2 * second)
    _ = watch.look(reading(.show, in: .evaluate, since: 6), elapsed: second)
    #expect(watch.look(reading(.evaluate, since: 7), elapsed: second) == 2 * second)
  }

  private func deadline(
    _ section: StepSection?,
    in outermost: StepSection? = nil,
    given: Double? = nil,
    usual: [StepSection: Double] = [:]
  ) -> Double? {
    SectionDeadlines(step: given)
      .nanoseconds(of: SectionDeadlines.Kind(reading(section, in: outermost))) {
        Int((usual[$0] ?? 0) * 1e9)
      }
      .map { Double($0) / 1e9 }
  }

  @Test func stepsHaveTenTimesWhatTheyTake() {
    let quick: [StepSection: Double] = [.step: 0.5]
    #expect(deadline(.step, usual: quick) == SectionDeadlines.least)
    #expect(deadline(.totals, in: .step, usual: [.step: 30]) == 300)
    // Between steps.
    #expect(deadline(nil, usual: [.step: 30]) == 300)
    #expect(deadline(.reduce, in: .step, given: 2, usual: [.step: 30]) == 2)
  }

  @Test func whatIsLongForAReasonHasItsOwn() {
    let usual: [StepSection: Double] = [.step: 1, .evaluate: 40, .save: 90]
    #expect(deadline(nil) == SectionDeadlines.first)
    #expect(deadline(.step, given: 2) == SectionDeadlines.first)
    #expect(deadline(.step, given: 9000) == 9000)
    #expect(deadline(.evaluate, usual: [.step: 1]) == SectionDeadlines.first)
    #expect(deadline(.evaluate, given: 2, usual: usual) == 400)
    #expect(deadline(.lastEvaluation, given: 2, usual: usual) == SectionDeadlines.first)
    #expect(deadline(.save, usual: [.step: 1]) == SectionDeadlines.first)
    #expect(deadline(.save, in: .evaluate, given: 2, usual: usual) == SectionDeadlines.leastSave)
    #expect(deadline(.save, usual: [.save: 200]) == 2000)
    #expect(deadline(.save, usual: [.save: 1]) == SectionDeadlines.leastSave)
    #expect(deadline(.show, given: 2, usual: usual) == nil)
  }
}
