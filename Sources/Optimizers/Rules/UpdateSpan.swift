/// One contiguous piece of the flat layout that a rule updates.
public struct UpdateSpan {
  /// Elements.
  public let count: Int
  /// θ, updated in place.
  public let parameters: UnsafeMutablePointer<Float>
  /// g: the mean gradient over the batch, with what coupled decay adds to it.
  public let gradients: UnsafePointer<Float>
  private let states: UnsafePointer<UnsafeMutablePointer<Float>>
  private let offset: Int

  /// A piece of `count` elements; the piece of state array i starts at `states[i] + offset`.
  public init(
    count: Int,
    parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>,
    states: UnsafePointer<UnsafeMutablePointer<Float>>,
    offset: Int
  ) {
    self.count = count
    self.parameters = parameters
    self.gradients = gradients
    self.states = states
    self.offset = offset
  }

  /// The piece of a state array, by its place in `UpdateRule.state`.
  public func state(_ array: Int) -> UnsafeMutablePointer<Float> { states[array] + offset }
}
