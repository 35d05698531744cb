/// What a lane, or all lanes together, add up to in forward, by name: a view of numbers that lie in
/// a row.
///
/// Loss sum, right answers and answers not far off come first, then what adds up to the running
/// statistics, Σ s·(mean, variance), BatchNorm by BatchNorm.
public struct LaneRecord {
  /// Numbers before the running statistics.
  package static let sums = 3

  private let numbers: UnsafePointer<Double>

  /// The record that lies at `numbers`, which must hold as long as this is used.
  public init(_ numbers: UnsafePointer<Double>) { self.numbers = numbers }

  /// Cross-entropy summed over the samples, smoothing included.
  public var loss: Double { numbers[0] }
  /// Samples whose label has the largest logit.
  public var correct: Int { Int(numbers[1]) }
  /// Samples whose label is among the five largest logits.
  public var correct5: Int { Int(numbers[2]) }
  /// The parts of the running statistics.
  var statistics: UnsafePointer<Double> { numbers + Self.sums }
}
