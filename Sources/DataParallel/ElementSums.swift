/// The sums of a step over elements (of a granule, or of all), by name: a view of numbers that lie
/// in a row.
///
/// Σ g² of the reduced gradient comes first, then the penalty of coupled decay where there is any and
/// Σ (g + l2·θ)² where that is clipped, then the sums that the rule asks for.
public struct ElementSums {
  /// Which of them there are.
  public struct Layout: Hashable, Sendable {
    /// Whether coupled decay has a penalty.
    public let penalizes: Bool
    /// Whether the gradient is measured with what coupled decay adds, too.
    public let measuresWhole: Bool
    /// How many sums the rule asks for, at most four.
    public let ruleSums: Int

    /// A layout.
    public init(penalizes: Bool, measuresWhole: Bool = false, ruleSums: Int) {
      (self.penalizes, self.measuresWhole) = (penalizes, measuresWhole)
      self.ruleSums = ruleSums
    }

    /// How many numbers that makes.
    public var count: Int { 1 + (penalizes ? 1 : 0) + (measuresWhole ? 1 : 0) + ruleSums }

    /// The place of Σ (g + l2·θ)², where it is measured.
    var wholePlace: Int { penalizes ? 2 : 1 }
  }

  private let numbers: UnsafePointer<Double>
  private let layout: Layout

  /// The sums that lie at `numbers`, which must hold as long as this is used.
  public init(_ numbers: UnsafePointer<Double>, _ layout: Layout) {
    (self.numbers, self.layout) = (numbers, layout)
  }

  /// Σ g² of the gradient summed over the batch.
  public var squaredGradient: Double { numbers[0] }
  /// ½·Σ l2·θ² before the step; 0 without coupled decay.
  public var penalty: Double { layout.penalizes ? numbers[1] : 0 }
  /// Σ (g + l2·θ)², where g is the mean gradient; nil where it is not measured.
  public var squaredWhole: Double? { layout.measuresWhole ? numbers[layout.wholePlace] : nil }
  /// The rule's own sums.
  public var rule: SIMD4<Double> {
    var sums = SIMD4<Double>.zero
    for i in 0..<layout.ruleSums { sums[i] = numbers[layout.count - layout.ruleSums + i] }
    return sums
  }
}
