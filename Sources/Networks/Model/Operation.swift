import Kernels
import Tensors

/// What a node does: a value that describes itself to the planner.
///
/// Parameters, shapes and costs follow from the value; `forward` and `backward` give the stages
/// over the memory of a `Site`. A new layer is a new type with this protocol. Its executable
/// contract is the gradient check in the tests.
package protocol Operation: Sendable {
  /// The name of the kind, for people: "convolution".
  var kind: String { get }
  /// The shape of the result; traps when the inputs do not fit.
  func shape(_ inputs: [ImageShape]) -> ImageShape
  /// The tensors it owns, in the order of `Site.parameters`.
  func parameters(_ inputs: [ImageShape]) -> [ParameterSpec]
  /// Multiply-adds of one sample, forward.
  func multiplyAdds(_ inputs: [ImageShape]) -> Int
  /// Memory beyond inputs and outputs, declared before the site exists.
  func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  /// The stages of forward at this site.
  func forward(_ site: Site) -> [Stage]
  /// The stages of backward at this site; gradients of all inputs that have one are written or
  /// added to.
  func backward(_ site: Site) -> [Stage]

  /// Whether backward reads the inputs, and whether it reads the output.
  var backwardReads: (inputs: Bool, output: Bool) { get }
  /// Whether it reads inputs through views.
  var readsViews: Bool { get }
  /// How its result can be read as a view of its only input, nil where it must be computed; then
  /// forward and backward find `Site.isView` set.
  var viewKind: ChannelView.Kind? { get }
  /// That view.
  func view(_ site: Site) -> InputView
  /// Whether the gradient of an input is that of the output, so that they can share memory.
  func sharesGradient(input: Int) -> GradientSharing
  /// The factors by sample of a `.scaled` one.
  func gradientFactors(_ site: Site, input: Int) -> Floats
  /// Whether it takes its output's gradient with a factor by sample (`Site.factors`).
  var takesGradientFactors: Bool { get }
  /// Whether backward writes into the gradient of its own output.
  var modifiesGradient: Bool { get }
  /// Whether the gradient of its only input may be written over that of its output.
  var overwritesGradient: Bool { get }
}

/// What the gradient of an input has to do with that of the output.
package enum GradientSharing: Sendable {
  /// It must be computed.
  case none
  /// They are the same.
  case same
  /// It is the output's times a factor for each sample.
  case scaled
}

extension Operation {
  /// None.
  package func parameters(_ inputs: [ImageShape]) -> [ParameterSpec] { [] }
  /// None.
  package func multiplyAdds(_ inputs: [ImageShape]) -> Int { 0 }
  /// None.
  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  { Scratch() }
  /// No.
  package var readsViews: Bool { false }
  /// Must be computed.
  package var viewKind: ChannelView.Kind? { nil }
  /// Not called without a `viewKind`.
  package func view(_ site: Site) -> InputView { preconditionFailure("\(kind) is no view") }
  /// None.
  package func sharesGradient(input: Int) -> GradientSharing { .none }
  /// Not called without a `.scaled` input.
  package func gradientFactors(_ site: Site, input: Int) -> Floats {
    preconditionFailure("\(kind) scales no gradient")
  }
  /// No.
  package var takesGradientFactors: Bool { false }
  /// No.
  package var modifiesGradient: Bool { false }
  /// No.
  package var overwritesGradient: Bool { false }
}
