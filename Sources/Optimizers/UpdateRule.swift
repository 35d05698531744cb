/// The scalars of one update, kept apart as in Loshchilov & Hutter: α, η_t and λ meet only inside a rule.
public struct StepScalars: Hashable, Sendable {
  /// t, from 1.
  public let step: Int
  /// α, the base learning rate.
  public let learningRate: Double
  /// η_t, the schedule multiplier.
  public let multiplier: Double
  /// λ, the raw decay factor of decoupled weight decay.
  public let decay: Double
  /// What a summed gradient is multiplied by: 1 / b.
  public let gradientScale: Double

  /// The scalars of step `step`.
  public init(
    step: Int,
    learningRate: Double,
    multiplier: Double,
    decay: Double,
    gradientScale: Double
  ) {
    self.step = step
    self.learningRate = learningRate
    self.multiplier = multiplier
    self.decay = decay
    self.gradientScale = gradientScale
  }
}

/// One contiguous piece of the flat layout that a rule updates.
public struct UpdateSpan {
  /// Elements.
  public let count: Int
  /// θ, updated in place.
  public let parameters: UnsafeMutablePointer<Float>
  /// The gradient summed over the samples of the batch.
  public let gradients: UnsafePointer<Float>
  /// The piece of each of the rule's state arrays, in the order of `UpdateRule.state`.
  public let state: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)

  /// A piece of `count` elements.
  public init(
    count: Int,
    parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>,
    state: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)
  ) {
    self.count = count
    self.parameters = parameters
    self.gradients = gradients
    self.state = state
  }
}

/// How parameters follow gradients: element by element over any piece of the layout, so that sharding needs to know nothing of it.
///
/// A rule is a value; what it remembers lies in state arrays that it names and somebody else owns. Its executable form is the table of
/// rules in the tests.
public protocol UpdateRule: Sendable {
  /// Its name on the command line.
  var name: String { get }
  /// The names of its state arrays (at most two), each as long as what it updates, zero at first.
  var state: [String] { get }
  /// Whether it has decoupled weight decay.
  var decaysWeights: Bool { get }
  /// Updates one piece. Allocates nothing; the bits of an element depend on that element alone.
  func update(_ span: UpdateSpan, _ scalars: StepScalars)
}
