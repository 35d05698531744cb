/// How a model is computed, as far as the user may choose.
public struct NetworkOptions: Sendable, Equatable {
  /// The way convolutions are computed; decides the last bits.
  public var convolutions: ConvolutionChoice
  /// What the planner may put together; decides no bits.
  public var fusions: Set<Fusion>

  /// By default what is fastest.
  public init(
    convolutions: ConvolutionChoice = .auto,
    fusions: Set<Fusion> = Set(Fusion.allCases)
  ) {
    (self.convolutions, self.fusions) = (convolutions, fusions)
  }

  /// What is fastest, but with these convolutions and without these fusions.
  public init(convolutions: ConvolutionChoice, without off: Set<Fusion>) {
    self.init(convolutions: convolutions, fusions: Set(Fusion.allCases).subtracting(off))
  }

  /// The model with every convolution's way decided and its nodes put together.
  func applied(to model: Model) -> Model {
    fusingRectifiers(convolutions.decided(model), fusions)
  }
}
