import Tensors

/// What a pickled dictionary holds: the form in which Python programs give away arrays of images
/// with their labels.
///
/// Protocols 2 to 4, and of them only dictionaries, lists, tuples, strings, bytes, whole numbers,
/// None, True, False and NumPy's arrays of plain numbers. Anything else is refused, so that reading
/// one can never run anything. Long strings and arrays are places in the source, without a copy; only
/// bytes that Python 3 wrote as text (protocol 2) are unpacked into memory, once.
package struct Pickle: Sendable {
  /// More entries than any such dictionary has.
  private static let most = 1000

  private let source: any ByteSource
  private let store: PickleStore
  private let entries: [(key: PickleValue, value: PickleValue)]

  /// Whether a source begins as pickles of protocol 2 and later do.
  package static func recognizes(_ source: any ByteSource) throws(Failure) -> Bool {
    guard source.size > 2 else { return false }
    let bytes = try source.bytes(at: 0, count: 2)
    return bytes[0] == PickleOpcode.protocolVersion.rawValue && bytes[1] < 16
  }

  /// Reads a pickle.
  ///
  /// Throws a `.data` failure that names source and byte where it is malformed, of another protocol,
  /// no dictionary, or holds what is not understood.
  package init(_ source: any ByteSource) throws(Failure) {
    var machine = PickleMachine(source)
    let value = try machine.run()
    guard case .dictionary(let number) = value else {
      throw Failure(.data, "\(source.path) is a pickle of something else than a dictionary")
    }
    (self.source, store, entries) = (source, machine.store, machine.store.dictionaries[number])
    guard entries.count <= Self.most else {
      throw Failure(.data, "\(source.path) is a pickle of a dictionary of \(entries.count) entries")
    }
  }

  /// The array under a key; nil where there is none.
  package func array(_ key: String) throws(Failure) -> NumpyArray? {
    guard case .array(let number)? = try value(key) else { return nil }
    return store.arrays[number]
  }

  /// The whole numbers under a key, in a list, a tuple or an array; nil where there are none.
  ///
  /// Throws a `.data` failure where something else is among them.
  package func integers(_ key: String) throws(Failure) -> [Int]? {
    if let array = try array(key) { return try array.integers() }
    guard let items = try items(key) else { return nil }
    var all: [Int] = []
    all.reserveCapacity(items.count)
    for item in items {
      guard case .int(let number) = item else {
        throw Failure(
          .data,
          "\(source.path): item \(all.count) of the list '\(key)' is no whole number"
        )
      }
      all.append(number)
    }
    return all
  }

  /// The strings under a key, in a list or a tuple; nil where there are none, or one has more than
  /// 256 bytes.
  package func strings(_ key: String) throws(Failure) -> [String]? {
    guard let items = try items(key) else { return nil }
    var all: [String] = []
    for item in items {
      guard case .string(let offset, let count, _) = item, count <= 256 else { return nil }
      all.append(String(decoding: try source.bytes(at: offset, count: count), as: UTF8.self))
    }
    return all
  }

  private func items(_ key: String) throws(Failure) -> ArraySlice<PickleValue>? {
    switch try value(key) {
    case .list(let number): store.lists[number][...]
    case .tuple(let start, let count): store.tuples[start..<start + count]
    default: nil
    }
  }

  /// The value under a key, the last one where it stands there twice, as Python has it.
  private func value(_ key: String) throws(Failure) -> PickleValue? {
    let wanted = Array(key.utf8)
    for entry in entries.reversed() {
      if case .string(let offset, let count, _) = entry.key, count == wanted.count,
        try source.bytes(at: offset, count: count) == wanted
      {
        return entry.value
      }
    }
    return nil
  }
}
