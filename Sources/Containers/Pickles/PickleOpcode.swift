/// The operations of pickles that are understood, by their bytes; any other is refused.
///
/// The table is that of Python's `Lib/pickletools.py`.
enum PickleOpcode: UInt8 {
  case protocolVersion = 0x80
  case frame = 0x95
  case stop = 0x2e
  case mark = 0x28

  case none = 0x4e
  case newTrue = 0x88
  case newFalse = 0x89
  case binInt = 0x4a
  case binInt1 = 0x4b
  case binInt2 = 0x4d
  case long1 = 0x8a

  case shortBinString = 0x55
  case binString = 0x54
  case shortBinBytes = 0x43
  case binBytes = 0x42
  case binBytes8 = 0x8e
  case shortBinUnicode = 0x8c
  case binUnicode = 0x58
  case binUnicode8 = 0x8d

  case emptyList = 0x5d
  case append = 0x61
  case appends = 0x65
  case emptyTuple = 0x29
  case tuple = 0x74
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case emptyDictionary = 0x7d
  case setItem = 0x73
  case setItems = 0x75

  case binPut = 0x71
  case longBinPut = 0x72
  case memoize = 0x94
  case binGet = 0x68
  case longBinGet = 0x6a

  case global = 0x63
  case stackGlobal = 0x93
  case reduce = 0x52
  case build = 0x62

  /// What Python calls an operation that is refused: those that could run something, and those of
  /// other protocols.
  static func nameOfRefused(_ byte: UInt8) -> String {
    switch byte {
    case 0x69: "INST"
    case 0x6f: "OBJ"
    case 0x81: "NEWOBJ"
    case 0x92: "NEWOBJ_EX"
    case 0x82: "EXT1"
    case 0x83: "EXT2"
    case 0x84: "EXT4"
    case 0x50: "PERSID"
    case 0x51: "BINPERSID"
    case 0x96: "BYTEARRAY8"
    case 0x97: "NEXT_BUFFER"
    case 0x98: "READONLY_BUFFER"
    case 0x47: "BINFLOAT"
    case 0x46: "FLOAT"
    case 0x49: "INT"
    case 0x4c: "LONG"
    case 0x8b: "LONG4"
    case 0x53: "STRING"
    case 0x56: "UNICODE"
    case 0x64: "DICT"
    case 0x6c: "LIST"
    case 0x70: "PUT"
    case 0x67: "GET"
    case 0x30: "POP"
    case 0x31: "POP_MARK"
    case 0x32: "DUP"
    case 0x8f: "EMPTY_SET"
    case 0x90: "ADDITEMS"
    case 0x91: "FROZENSET"
    default: "of no known name"
    }
  }
}
