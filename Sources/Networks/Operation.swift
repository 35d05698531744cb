import Tensors

/// What a node does: a value that describes itself to the planner.
///
/// Parameters, shapes and costs follow from the value; `forward` and `backward` give the stages over the memory of a `Site`. A new layer
/// is a new type with this protocol. Its executable contract is the gradient check in the tests.
package protocol Operation: Sendable {
  /// The name of the kind, for people: "convolution".
  var kind: String { get }
  /// The shape of the result; traps when the inputs do not fit.
  func shape(_ inputs: [ImageShape]) -> ImageShape
  /// The tensors it owns, in the order of `Site.parameters`.
  func parameters(_ inputs: [ImageShape]) -> [ParameterSpec]
  /// Multiply-adds of one sample, forward.
  func multiplyAdds(_ inputs: [ImageShape]) -> Int
  /// Whether backward reads the inputs, and whether it reads the output.
  var backwardReads: (inputs: Bool, output: Bool) { get }
  /// Memory beyond inputs and outputs, declared before the site exists.
  func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  /// The stages of forward at this site.
  func forward(_ site: Site) -> [Stage]
  /// The stages of backward at this site; gradients of all inputs that have one are written or added to.
  func backward(_ site: Site) -> [Stage]
}

extension Operation {
  /// None.
  package func parameters(_ inputs: [ImageShape]) -> [ParameterSpec] { [] }
  /// None.
  package func multiplyAdds(_ inputs: [ImageShape]) -> Int { 0 }
  /// None.
  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  { Scratch() }
}
