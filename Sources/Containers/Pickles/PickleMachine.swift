import Tensors

/// Carries out the operations of a pickle, those that are understood.
///
/// It makes at most `most` values, of 24 bytes each, whatever the pickle says.
struct PickleMachine {
  /// A list of labels has one for each image.
  private static let most = 1 << 21

  var store = PickleStore()
  var stack: [PickleValue] = []
  var cursor: ByteCursor
  /// Bytes of text that were encoded, which legitimate pickles do once.
  var encoded = 0
  /// Where the operation lies that is carried out.
  private(set) var place = 0
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]
  private var made = 0

  /// A machine at the beginning of `source`.
  init(_ source: any ByteSource) { cursor = ByteCursor(source) }

  /// The failure that tells what is wrong at the operation that is carried out.
  func failure(_ what: String) -> Failure {
    Failure(.data, "\(cursor.source.path): the pickle \(what), at byte \(place)")
  }

  /// Carries out all operations; returns what is left on the stack.
  mutating func run() throws(Failure) -> PickleValue {
    guard try cursor.byte() == PickleOpcode.protocolVersion.rawValue,
      case let version = try cursor.byte(), (2...4).contains(version)
    else {
      throw failure("is not of protocol 2, 3 or 4")
    }
    while true {
      place = cursor.offset
      let byte = try cursor.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else {
        let name = PickleOpcode.nameOfRefused(byte)
        throw failure("has the opcode 0x\(String(byte, radix: 16)), \(name), which is refused")
      }
      if opcode == .stop {
        guard stack.count == 1, marks.isEmpty else { throw failure("ends in the middle") }
        return stack[0]
      }
      try carryOut(opcode)
    }
  }

  private mutating func carryOut(_ opcode: PickleOpcode) throws(Failure) {
    switch opcode {
    case .frame:
      let size: UInt64 = try cursor.number()
      guard size <= UInt64(cursor.left) else { throw failure("has a frame of \(size) bytes") }
    case .none, .newTrue, .newFalse, .binInt, .binInt1, .binInt2, .long1:
      try push(scalar(opcode))
    case .shortBinString, .binString, .shortBinBytes, .binBytes, .binBytes8:
      try push(string(opcode, isText: false))
    case .shortBinUnicode, .binUnicode, .binUnicode8: try push(string(opcode, isText: true))
    case .mark: try mark()
    case .emptyList:
      store.lists.append([])
      try push(.list(store.lists.count - 1))
    case .append: try extend(by: [pop()])
    case .appends: try extend(by: popToMark())
    case .emptyTuple: try push(tuple([]))
    case .tuple: try push(tuple(popToMark()))
    case .tuple1: try push(tuple(pop(1)))
    case .tuple2: try push(tuple(pop(2)))
    case .tuple3: try push(tuple(pop(3)))
    case .emptyDictionary:
      store.dictionaries.append([])
      try push(.dictionary(store.dictionaries.count - 1))
    case .setItem: try set(pop(2))
    case .setItems: try set(popToMark())
    case .binPut: try remember(UInt32(cursor.byte()))
    case .longBinPut: try remember(cursor.number())
    case .memoize: try remember(UInt32(clamping: memo.count))
    case .binGet: try push(remembered(UInt32(cursor.byte())))
    case .longBinGet: try push(remembered(cursor.number()))
    case .global: try push(global(module: line(), name: line()))
    case .stackGlobal: try pushStackGlobal()
    case .reduce: try reduce()
    case .build: try build()
    case .protocolVersion, .stop: throw failure("tells its protocol twice")
    }
  }
}

// The stack, and what is remembered.
extension PickleMachine {
  mutating func push(_ value: PickleValue) throws(Failure) {
    made += 1
    guard made <= Self.most else { throw failure("makes more than \(Self.most) values") }
    stack.append(value)
  }

  private mutating func mark() throws(Failure) {
    made += 1
    guard made <= Self.most else { throw failure("makes more than \(Self.most) values") }
    marks.append(stack.count)
  }

  /// The last value, off the stack.
  mutating func pop() throws(Failure) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw failure("takes a value that is not there")
    }
    return value
  }

  /// The last `count` values in order, off the stack.
  private mutating func pop(_ count: Int) throws(Failure) -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else {
      throw failure("takes a value that is not there")
    }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private mutating func popToMark() throws(Failure) -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw failure("takes values to a mark that is not there")
    }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  private mutating func remember(_ number: UInt32) throws(Failure) {
    guard stack.count > marks.last ?? 0, let value = stack.last, memo.count < Self.most else {
      throw failure("remembers a value that is not there")
    }
    memo[number] = value
  }

  private func remembered(_ number: UInt32) throws(Failure) -> PickleValue {
    guard let value = memo[number] else {
      throw failure("recalls value \(number), which is not there")
    }
    return value
  }
}

// Plain values.
extension PickleMachine {
  private mutating func scalar(_ opcode: PickleOpcode) throws(Failure) -> PickleValue {
    switch opcode {
    case .newTrue: return .bool(true)
    case .newFalse: return .bool(false)
    case .binInt: return .int(Int(try cursor.number(Int32.self)))
    case .binInt1: return .int(Int(try cursor.byte()))
    case .binInt2: return .int(Int(try cursor.number(UInt16.self)))
    case .long1:
      let size = Int(try cursor.byte())
      guard size <= 8 else { throw failure("has a number of \(size) bytes") }
      let bytes = try cursor.bytes(size)
      let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let unused = UInt64(64 - 8 * size)
      return .int(size == 0 ? 0 : Int(Int64(bitPattern: bits << unused) >> unused))
    default: return .none
    }
  }

  private mutating func string(
    _ opcode: PickleOpcode,
    isText: Bool
  ) throws(Failure) -> PickleValue {
    let count: Int
    switch opcode {
    case .shortBinString, .shortBinBytes, .shortBinUnicode: count = Int(try cursor.byte())
    case .binBytes8, .binUnicode8: count = Int(clamping: try cursor.number(UInt64.self))
    default: count = Int(try cursor.number(UInt32.self))
    }
    return .string(offset: try cursor.skip(count), count: count, isText: isText)
  }

  private mutating func tuple(_ items: [PickleValue]) -> PickleValue {
    store.tuples += items
    return .tuple(start: store.tuples.count - items.count, count: items.count)
  }

  /// Appends to the list that is last on the stack.
  private mutating func extend(by items: [PickleValue]) throws(Failure) {
    guard stack.count > marks.last ?? 0, case .list(let number)? = stack.last else {
      throw failure("appends to something else than a list")
    }
    store.lists[number] += items
  }

  /// Puts keys and values into the dictionary that is last on the stack.
  private mutating func set(_ items: [PickleValue]) throws(Failure) {
    guard stack.count > marks.last ?? 0, case .dictionary(let number)? = stack.last,
      items.count.isMultiple(of: 2)
    else {
      throw failure("sets entries of something else than a dictionary")
    }
    for place in stride(from: 0, to: items.count, by: 2) {
      store.dictionaries[number].append((items[place], items[place + 1]))
    }
  }
}
