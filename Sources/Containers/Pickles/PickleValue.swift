/// A value that a pickle made, without what is in it: that lies in a `Pickle` or in its source.
///
/// Flat, so that a value that holds itself or a million others inside one another is nothing
/// special.
package enum PickleValue: Sendable, Equatable {
  /// None.
  case none
  /// True or False.
  case bool(Bool)
  /// A whole number of up to 64 bits.
  case int(Int)
  /// The bytes of a string, as UTF-8 where `isText`, in the source.
  case string(offset: Int, count: Int, isText: Bool)
  /// Bytes that were written as text, by their number.
  case decoded(Int)
  /// A list, by its number.
  case list(Int)
  /// Items of the tuples.
  case tuple(start: Int, count: Int)
  /// A dictionary, by its number.
  case dictionary(Int)
  /// The type of an array's elements, by its number.
  case element(Int)
  /// An array, by its number.
  case array(Int)
  /// Something of a Python module, of the few that are known.
  case global(PickleGlobal)
}
