import Tensors

// What the few things of Python modules do that a pickle of arrays refers to.
extension PickleMachine {
  /// The longest name of a module or of something in one.
  private static let longestName = 256

  /// A line of text.
  mutating func line() throws(Failure) -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try cursor.byte()
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
      guard bytes.count <= Self.longestName else { throw failure("has an endless name") }
    }
  }

  /// The thing of a module, if it is one of the few.
  func global(module: String, name: String) throws(Failure) -> PickleValue {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw failure(
        "asks for \(module).\(name), which is refused: only NumPy's arrays of plain numbers are read"
      )
    }
    return .global(global)
  }

  mutating func pushStackGlobal() throws(Failure) {
    let (name, module) = (try pop(), try pop())
    try push(global(module: text(module), name: text(name)))
  }

  /// A short string.
  private func text(_ value: PickleValue) throws(Failure) -> String {
    guard case .string(let offset, let count, _) = value, count <= Self.longestName else {
      throw failure("has something else in place of a name")
    }
    return String(decoding: try cursor.source.bytes(at: offset, count: count), as: UTF8.self)
  }

  /// The items of a tuple of `counts` items.
  private func items(
    _ value: PickleValue,
    _ counts: ClosedRange<Int>
  ) throws(Failure) -> [PickleValue] {
    guard case .tuple(let start, let count) = value, counts.contains(count) else {
      throw failure("has other arguments than NumPy's")
    }
    return Array(store.tuples[start..<start + count])
  }

  /// Calls, so to say, a global with arguments.
  mutating func reduce() throws(Failure) {
    let (arguments, callable) = (try pop(), try pop())
    guard case .global(let global) = callable else {
      throw failure("calls something that is no global")
    }
    switch global {
    case .reconstruct:
      guard try items(arguments, 3...3)[0] == .global(.arrayType) else {
        throw failure("makes an array of another type than numpy.ndarray")
      }
      store.arrays.append(nil)
      try push(.array(store.arrays.count - 1))
    case .elementType:
      store.elements.append((try text(items(arguments, 1...3)[0]), nil))
      try push(.element(store.elements.count - 1))
    case .encode: try push(encode(items(arguments, 2...2)))
    case .arrayType: throw failure("calls numpy.ndarray")
    }
  }

  /// The bytes whose values are the characters of a text, which is how Python 3 writes bytes in
  /// protocol 2.
  private mutating func encode(_ arguments: [PickleValue]) throws(Failure) -> PickleValue {
    guard case .string(let offset, let count, true) = arguments[0],
      try ["latin1", "latin-1"].contains(text(arguments[1]))
    else {
      throw failure("encodes in another way than latin1")
    }
    // The same text again and again would take for ever.
    encoded += count
    guard encoded <= cursor.source.size else { throw failure("encodes a text again and again") }
    var (bytes, high): ([UInt8], UInt8?) = ([], nil)
    bytes.reserveCapacity(count)
    let block = 1 << 18
    for start in stride(from: 0, to: count, by: block) {
      for byte in try cursor.source.bytes(at: offset + start, count: min(block, count - start)) {
        switch (high, byte) {
        case (nil, 0..<0x80): bytes.append(byte)
        case (nil, 0xc2...0xc3): high = byte
        case (let first?, 0x80..<0xc0):
          bytes.append(first << 6 | byte & 0x3f)
          high = nil
        default: throw failure("has text that is not of bytes")
        }
      }
    }
    guard high == nil else { throw failure("has text that is not of bytes") }
    // They lie there already.
    if bytes.count == count { return .string(offset: offset, count: count, isText: false) }
    store.decoded.append(UnpackedBytes(bytes, of: cursor.source))
    return .decoded(store.decoded.count - 1)
  }

  /// Fills what is last on the stack, the type of elements or an array, from its state.
  mutating func build() throws(Failure) {
    let state = try pop()
    let object = try pop()
    stack.append(object)
    switch object {
    case .element(let number): try fill(element: number, items(state, 8...9))
    case .array(let number): try fill(array: number, items(state, 5...5))
    default: throw failure("fills something else than an array")
    }
  }

  /// The state is (version, byte order, four for structures, two for sizes, flags).
  private mutating func fill(element number: Int, _ state: [PickleValue]) throws(Failure) {
    let (code, order) = (store.elements[number].code, try text(state[1]))
    guard state[2...4].allSatisfy({ $0 == .none }),
      let element = NumpyElement(descriptor: order + code)
    else {
      throw failure("has an array of the type '\(order)\(code)', not of plain numbers")
    }
    store.elements[number].element = element
  }

  /// The state is (version, shape, type of elements, whether columns come first, bytes).
  private mutating func fill(array number: Int, _ state: [PickleValue]) throws(Failure) {
    guard case .element(let type) = state[2], let element = store.elements[type].element else {
      throw failure("has an array of elements without a type")
    }
    guard state[3] == .bool(false) || state[3] == .int(0) else {
      throw failure("has an array in Fortran order: save it with numpy.ascontiguousarray")
    }
    var shape: [Int] = []
    for size in try items(state[1], 0...8) {
      guard case .int(let size) = size else { throw failure("has an array of no sizes") }
      shape.append(size)
    }
    let (source, offset, count): (any ByteSource, Int, Int)
    switch state[4] {
    case .string(let start, let length, false):
      (source, offset, count) = (cursor.source, start, length)
    case .decoded(let place):
      (source, offset) = (store.decoded[place], 0)
      count = source.size
    default: throw failure("has an array without bytes")
    }
    let array = try NumpyArray(element, shape, at: offset, of: source)
    guard array.byteCount == count else {
      throw failure("has an array of \(array.byteCount) bytes in place of \(count)")
    }
    store.arrays[number] = array
  }
}
