/// β1 and β2: how slowly the first and the second moment follow the gradient.
public struct Betas: Hashable, Sendable {
  /// β1.
  public var first: Double
  /// β2.
  public var second: Double

  /// β1 and β2.
  public init(_ first: Double, _ second: Double) { (self.first, self.second) = (first, second) }
}
