import Tensors
import Testing

struct ParameterLayoutTests {
  private let layout = ParameterLayout([
    ("fc.weight", .weight, .dense(input: ImageShape(height: 1, width: 2, channels: 3), output: 5)),
    ("fc.bias", .bias, .vector(5)),
    ("bn.weight", .gain, .vector(33)),
    ("bn.bias", .bias, .vector(16)),
    ("bn.running_mean", .statistic, .vector(33)),
    ("bn.running_var", .statistic, .vector(33)),
    ("conv.weight", .weight, .convolution(height: 3, width: 3, input: 7, output: 33)),
  ])

  @Test func tensorsKeepTheirOrderAtMultiplesOfSixteen() {
    let expected = [
      ("fc.weight", 0..<30), ("fc.bias", 32..<37), ("bn.weight", 48..<81), ("bn.bias", 96..<112),
      ("conv.weight", 112..<2191), ("bn.running_mean", 3072..<3105),
      ("bn.running_var", 3120..<3153),
    ]
    #expect(layout.entries.map(\.name) == expected.map(\.0))
    #expect(layout.entries.map(\.range) == expected.map(\.1))
  }

  @Test func statisticsStartAtTheNextGranule() {
    #expect(layout.trainable == 0..<2192)
    #expect(layout.statistics == 3072..<3168)
    #expect(layout.count == 3168)
    #expect(layout.granules == 3)
  }

  @Test func theParameterCountKnowsNoGapsAndNoStatistics() {
    #expect(layout.parameterCount == 30 + 5 + 33 + 16 + 3 * 3 * 7 * 33)
  }

  @Test func tensorsAreFoundByName() {
    #expect(layout["bn.bias"]?.range == 96..<112)
    #expect(layout["bn.bias"]?.role == .bias)
    #expect(layout["conv.weight"]?.storage.count == 2079)
    #expect(layout["bn"] == nil)
  }

  @Test func layoutsWithoutTensorsOfAKind() {
    let none = ParameterLayout([])
    #expect(none.count == 0 && none.trainable.isEmpty && none.statistics.isEmpty)
    let plain = ParameterLayout([("w", .weight, .vector(1024))])
    #expect(plain.trainable == 0..<1024 && plain.statistics == 1024..<1024 && plain.granules == 1)
  }
}
