/// How many zeros a convolution sees around its input.
public enum Padding: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// As many on every side.
  case zeros(Int)
  /// TensorFlow's "same": ⌈size / stride⌉ outputs.
  ///
  /// Half of the zeros they need come before, and of an odd number one more after: 0 and 1 for a
  /// 3×3 kernel of stride 2 over an even size.
  case same

  /// As many zeros on every side.
  public init(integerLiteral zeros: Int) { self = .zeros(zeros) }

  /// The outputs along one dimension, and the zeros before the first input.
  package func along(_ size: Int, kernel: Int, stride: Int) -> (outputs: Int, before: Int) {
    switch self {
    case .zeros(let zeros):
      precondition(
        size + 2 * zeros >= kernel,
        "a kernel of \(kernel) does not fit \(size) with padding \(zeros)"
      )
      return ((size + 2 * zeros - kernel) / stride + 1, zeros)
    case .same:
      let outputs = (size + stride - 1) / stride
      return (outputs, max((outputs - 1) * stride + kernel - size, 0) / 2)
    }
  }
}
