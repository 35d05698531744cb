import Testing
import adamw_ddp

/// What a run shows on a terminal and in a log file, by value.
struct ProgressTextTests {
  private static func text(step: Int = 1234) -> ProgressText {
    ProgressText(
      step: step,
      steps: 3160,
      epoch: 16,
      epochs: 40,
      loss: 0.68571,
      accuracy: 0.78904,
      learningRate: 0.000976,
      rate: 852.7,
      elapsed: 93,
      remaining: 146
    )
  }

  /// What matters most stays, in short where that lets more of it stand.
  @Test(arguments: [
    (4, "1234"), (10, "1234/3160"), (22, "1234/3160  ETA    2:26"),
    (30, "1234/3160  ETA    2:26"), (36, "█████░░░░░░░░ 1234/3160  ETA    2:26"),
    (46, "███░░░░░░░ 1234/3160  loss 0.6857  ETA    2:26"),
    (60, "████░░░░░░░ 1234/3160  loss 0.6857  top-1  79 %  ETA    2:26"),
    (79, "███░░░░░ epoch 16/40  1234/3160  loss 0.6857  top-1  79 %    853/s  ETA    2:26"),
    (
      127,
      "████░░░░░░░ epoch 16/40  step 1234/3160  loss 0.6857  top-1  78.90 %  "
        + "lr 0.000976    853 images/s  elapsed    1:33  ETA    2:26"
    ),
    (
      199,
      "█████████░░░░░░░░░░░░░░░ epoch 16/40  step 1234/3160  loss 0.6857  top-1  78.90 %  "
        + "lr 0.000976    853 images/s  elapsed    1:33  ETA    2:26"
    ),
  ])
  func aBar(columns: Int, line: String) {
    #expect(Self.text().bar(columns: columns) == line)
  }

  /// Whatever the numbers are: what is drawn over itself must not jump.
  @Test func nothingJumps() {
    var texts = [Self.text(step: 1), Self.text(step: 999), Self.text(step: 3160)]
    let numbers: [(Double?, Double?, Double, Double?, Double, Double?)] = [
      (2.3025, 0.0912, 0.001, 3.2, 0.3, nil), (12.345, 1, 1.61e-10, 98_765, 599.7, 599.6),
      (99.9999, 0.995, 0.1, nil, 3599.6, 3600), (1234.5, 0.05, 0, 1000, 35_999.7, 36_000),
      (.nan, nil, 0.000123, 12, 3_000_000, 1e6), (1e9, 0.5, 0.000976, 999.7, 9.6, 0),
    ]
    for (loss, accuracy, rate, speed, elapsed, remaining) in numbers {
      var text = Self.text(step: 50)
      (text.loss, text.accuracy, text.learningRate) = (loss, accuracy, rate)
      (text.rate, text.elapsed, text.remaining) = (speed, elapsed, remaining)
      texts.append(text)
    }
    /// Where the words stand, and how long the bar is.
    func shape(_ bar: String) -> [String] {
      bar.replacing("░", with: "█").enumerated().map { index, letter in
        "█/%".contains(letter) || letter.isLetter ? "\(index) \(letter)" : ""
      }.filter { !$0.isEmpty && !$0.hasSuffix(" e") && !$0.hasSuffix(" h") }
    }
    for columns in 30...220 {
      let bars = texts.map { $0.bar(columns: columns) }
      #expect(Set(bars.map(\.count)).count == 1, "\(bars)")
      #expect(Set(bars.map { shape($0.replacing("nan", with: "   ")) }).count == 1, "\(bars)")
    }
  }

  @Test func noBarIsWiderThanItMayBe() {
    for columns in 0...220 {
      for step in [0, 1, 50, 3159, 3160] {
        let text = Self.text(step: step)
        #expect(text.bar(columns: columns).count <= columns)
        #expect(text.line(columns: columns).count <= columns)
      }
    }
  }

  @Test func aBarFills() {
    func filled(_ step: Int) -> Int { Self.text(step: step).bar(columns: 199).count { $0 == "█" } }
    #expect([0, 1580, 3160].map(filled) == [0, 12, 24])
  }

  @Test(arguments: [
    (80, "epoch 16/40  step 1234/3160  loss 0.6857  top-1 78.90 %  853 images/s  ETA 2:26"),
    (60, "step 1234/3160  loss 0.6857  top-1 79 %  853/s  ETA 2:26"),
    (46, "step 1234/3160  loss 0.6857  853/s  ETA 2:26"),
  ])
  func aLine(columns: Int, line: String) {
    #expect(Self.text().line(columns: columns) == line)
  }

  @Test func numbersStandBelowEachOther() {
    #expect(Self.text(step: 7).line(columns: 80).hasPrefix("epoch 16/40  step    7/3160  loss"))
  }

  @Test(arguments: [
    (80, ["  decay      λ 0.1 on all tensors"]),
    (30, ["  decay      λ 0.1 on all", "             tensors"]),
    (20, ["  decay      λ 0.1", "  on all tensors"]),
    (6, ["  decay", "  λ", "  0.1", "  on", "  all tensors"]),
  ])
  func wordsGoOnBelow(columns: Int, lines: [String]) {
    let text = "  decay      λ 0.1 on all tensors"
    #expect(WrappedText.lines(text, columns: columns, indent: 13) == lines)
  }

  /// So that it can be copied, and behind its label where no line has room for it.
  @Test(arguments: [
    (16, ["  output     /a/path/that/is/long", "  now"]),
    (24, ["  output", "  /a/path/that/is/long", "  now"]),
  ])
  func aLongWordStaysWhole(columns: Int, lines: [String]) {
    let text = "  output     /a/path/that/is/long now"
    #expect(WrappedText.lines(text, columns: columns, indent: 13) == lines)
  }

  /// A number is not torn from its unit.
  @Test(arguments: [
    (46, ["top-1 98.15 %  316 steps in 2:47  252 images/s"]),
    (40, ["top-1 98.15 %  316 steps in 2:47", "  252 images/s"]),
    (20, ["top-1 98.15 %", "  316 steps in 2:47", "  252 images/s"]),
  ])
  func fieldsStayWhole(columns: Int, lines: [String]) {
    let fields = ["top-1 98.15 %", "316 steps in 2:47", "252 images/s"]
    #expect(WrappedText.lines(fields, gap: "  ", columns: columns, indent: 2) == lines)
  }
}

/// How long a run will go on, from made-up times.
struct RemainingTimeTests {
  /// Feeds durations: steps, and evaluations as negative numbers.
  private func remaining(_ durations: [Double], evaluationSteps: Double = 10) -> RemainingTime {
    var remaining = RemainingTime(begin: 100, evaluationSteps: evaluationSteps)
    var time = 100.0
    for duration in durations {
      time += abs(duration)
      if duration > 0 { remaining.stepped(at: time) } else { remaining.evaluated(at: time) }
    }
    return remaining
  }

  @Test(
    arguments: [
      // Nothing is known yet.
      ([], 10, 1, nil),
      // An evaluation is as long as foreseen until one is seen, then as seen.
      ([2], 10, 1, 40), ([2, 2, -7], 10, 2, 34), ([2, -6, 2, -8], 10, 1, 27),
      // The average's evaluation belongs to the same.
      ([2, -3, -4], 1, 1, 9), ([2, -3, -4, 2, -3, -4], 0, 3, 21),
      // A pause is none of the steps.
      (Array(repeating: 1.0, count: 9) + [3600], 100, 0, 100),
      (Array(repeating: 1.0, count: 9) + [-5, 1, -5, 1, -3600], 0, 2, 10),
      // Half as fast for good.
      (Array(repeating: 1.0, count: 100) + Array(repeating: 2.0, count: 32), 10, 0, 20),
      // Uneven steps count as their mean.
      ([1, 1, 1, 3], 10, 0, 15),
    ] as [([Double], Int, Int, Double?)]
  )
  func isThatOfStepsAndEvaluations(
    durations: [Double],
    steps: Int,
    evaluations: Int,
    seconds: Double?
  ) {
    let answer = remaining(durations).seconds(steps: steps, evaluations: Double(evaluations))
    #expect(answer.map { ($0 * 1e6).rounded() / 1e6 } == seconds)
  }

  /// An interval every second and a half, every 0.1 s, and every 25 s with steps of 3 s.
  @Test(arguments: [
    (1.5, 1, [1.5, 3.0, 4.5]), (0.1, 1, [1.0, 2.0, 3.0]), (3.0, 8, [12.0, 24.0, 36.0]),
    (12.0, 50, [12.0, 24.0, 36.0]),
  ])
  func aLogFileGetsALine(step: Double, every: Int, first: [Double]) {
    var cadence = LineCadence(begin: 0)
    let times = (1...60).compactMap { number -> Double? in
      let time = (Double(number) * step * 1e6).rounded() / 1e6
      return cadence.isDue(at: time, isInterval: number.isMultiple(of: every), isLast: false)
        ? time : nil
    }
    #expect(Array(times.prefix(3)) == first)
    let last = cadence.isDue(at: 60 * step + 0.001, isInterval: true, isLast: true)
    #expect(last)
  }
}
