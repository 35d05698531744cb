/// What a sample is besides its image: a label, or two that share the loss, as in mixup.
public struct SampleTarget: Hashable, Sendable {
  /// The class that counts as the right answer.
  public let label: Int32
  /// The class that has the rest of the weight; without one it is `label` again.
  public let other: Int32
  /// The share of `label` in the loss, 0…1; with 1 the loss is that of `label` alone.
  public let weight: Float

  /// A target of one class.
  public init(_ label: Int) { self.init(label, other: label, weight: 1) }

  /// A target of two classes, of which `label` has the share `weight`, 0…1.
  public init(_ label: Int, other: Int, weight: Float) {
    precondition(weight >= 0 && weight <= 1, "a weight of \(weight)")
    (self.label, self.other, self.weight) = (Int32(label), Int32(other), weight)
  }
}
