/// The five things of Python modules that a pickle of arrays refers to; each stands for an action of
/// ours, and none is ever looked up or called.
package enum PickleGlobal: String, Sendable {
  /// `numpy.core.multiarray._reconstruct`, which makes an array to be filled.
  case reconstruct
  /// The type of arrays.
  case arrayType
  /// The type of the types of elements.
  case elementType
  /// `_codecs.encode`, with which Python 3 writes bytes in protocol 2.
  case encode

  /// The one with this module and name; nil for all others.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
      self = .reconstruct
    case ("numpy", "ndarray"): self = .arrayType
    case ("numpy", "dtype"): self = .elementType
    case ("_codecs", "encode"): self = .encode
    default: return nil
    }
  }
}
