import Tensors

/// How parameters follow gradients: element by element over any piece of the layout, so that
/// sharding needs to know nothing of it.
///
/// A rule is a value; what it remembers of each element lies in state arrays that it names and
/// somebody else owns, and what it remembers as a whole in up to four numbers. Its executable form
/// is the table of rules in the tests.
public protocol UpdateRule: Sendable {
  /// Its name on the command line.
  var name: String { get }
  /// Its state arrays, each as long as what it updates.
  var state: [StateArray] { get }
  /// Whether it has decoupled weight decay.
  var decaysWeights: Bool { get }
  /// Updates one piece. Allocates nothing; the bits of an element depend on that element alone.
  func update(_ span: UpdateSpan, _ scalars: StepScalars)

  /// The names of the sums over all elements that it needs before an update, at most four.
  var sums: [String] { get }
  /// The names of its numbers, at most four, zero at first.
  var memory: [String] { get }
  /// One piece's part of the sums, in Float64 and in the order of elements; changes nothing.
  func sums(_ span: UpdateSpan, _ scalars: StepScalars) -> SIMD4<Double>
  /// Its numbers for this update, from those of the last one (in `scalars`) and the sums over all
  /// elements.
  func remember(_ sums: SIMD4<Double>, _ scalars: StepScalars) -> SIMD4<Double>
}

extension UpdateRule {
  /// None.
  public var sums: [String] { [] }
  /// None.
  public var memory: [String] { [] }
  /// None.
  public func sums(_ span: UpdateSpan, _ scalars: StepScalars) -> SIMD4<Double> { .zero }
  /// The same again.
  public func remember(_ sums: SIMD4<Double>, _ scalars: StepScalars) -> SIMD4<Double> {
    scalars.memory
  }
}

/// One array of a rule's state.
public struct StateArray: Hashable, Sendable {
  /// Its name in checkpoints: "first_moment".
  public let name: String
  /// What every element starts with.
  public let initial: Float

  /// An array of that name.
  public init(_ name: String, initial: Float = 0) {
    self.name = name
    self.initial = initial
  }
}
