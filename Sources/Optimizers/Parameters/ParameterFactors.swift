import Tensors

/// What a tensor's learning rate, decoupled decay and coupled decay are multiplied by.
public struct ParameterFactors: Hashable, Sendable {
  /// Of α.
  public var learningRate = 1.0
  /// Of λ.
  public var decay = 1.0
  /// Of the L2 coefficient.
  public var l2 = 1.0

  /// All 1.
  public init() {}

  /// Factors by group of tensors; groups that are not there have 1.
  public typealias ByGroup = [ParameterGroup: ParameterFactors]

  /// A run of elements with equal factors.
  public struct Segment: Hashable, Sendable {
    /// The elements, gaps included.
    public let range: Range<Int>
    /// Their factors.
    public let factors: ParameterFactors

    /// A run of elements with these factors.
    public init(range: Range<Int>, factors: ParameterFactors) {
      self.range = range
      self.factors = factors
    }
  }

  /// The trained part of a layout cut where factors change: as few segments as there can be, in
  /// order.
  public static func segments(_ layout: ParameterLayout, _ groups: ByGroup) -> [Segment] {
    var segments: [Segment] = []
    for entry in layout.entries {
      guard let group = ParameterGroup(entry) else { continue }
      let factors = groups[group] ?? ParameterFactors()
      if let last = segments.last, last.factors == factors {
        segments[segments.count - 1] = Segment(
          range: last.range.lowerBound..<entry.range.upperBound,
          factors: factors
        )
      } else {
        // What lies between two tensors is zero and stays so.
        let start = segments.last?.range.upperBound ?? layout.trainable.lowerBound
        segments.append(Segment(range: start..<entry.range.upperBound, factors: factors))
      }
    }
    guard let last = segments.last else {
      return [Segment(range: layout.trainable, factors: ParameterFactors())]
    }
    segments[segments.count - 1] = Segment(
      range: last.range.lowerBound..<layout.trainable.upperBound,
      factors: last.factors
    )
    return segments
  }
}
