import Tensors

/// What the values of a pickle hold.
struct PickleStore: Sendable {
  var lists: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  /// The items of all tuples.
  var tuples: [PickleValue] = []
  /// Bytes that were written as text.
  var decoded: [UnpackedBytes] = []
  /// Types of elements, such as "u1", with the byte order once it is known.
  var elements: [(code: String, element: NumpyElement?)] = []
  /// Arrays, nil until they are filled.
  var arrays: [NumpyArray?] = []
}
