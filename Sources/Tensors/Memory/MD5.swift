/// MD5 of bytes, as RFC 1321 has it: what the authors of data sets publish, and for nothing else.
///
/// `MD5Tests` holds it to the RFC's examples.
public struct MD5 {
  private static let blockSize = 64
  /// By how many bits each round turns: four numbers for each of four kinds of rounds.
  private static let turns: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
  /// ⌊2³² · |sin(i + 1)|⌋ for i = 0…63, as the RFC lists them.
  private static let constants: [UInt32] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613,
    0xfd46_9501, 0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193,
    0xa679_438e, 0x49b4_0821, 0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d,
    0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8, 0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed,
    0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a, 0xfffa_3942, 0x8771_f681, 0x6d9d_6122,
    0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70, 0x289b_7ec6, 0xeaa1_27fa,
    0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665, 0xf429_2244,
    0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb,
    0xeb86_d391,
  ]

  private var state = SIMD4<UInt32>(0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)
  private var count: UInt64 = 0
  /// The last bytes, which fill no block yet.
  private var rest: [UInt8] = []

  /// The digest of nothing.
  public init() {}

  /// Takes in bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    count += UInt64(bytes.count)
    var bytes = bytes[...]
    if !rest.isEmpty {
      let part = bytes.prefix(Self.blockSize - rest.count)
      rest += part
      bytes = bytes.dropFirst(part.count)
      if rest.count < Self.blockSize { return }
      rest.withUnsafeBytes { take($0) }
      rest = []
    }
    while bytes.count >= Self.blockSize {
      take(UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.blockSize)))
      bytes = bytes.dropFirst(Self.blockSize)
    }
    rest += bytes
  }

  /// The digest as 32 hexadecimal digits, as md5sum prints it.
  public var hexadecimal: String {
    var copy = self
    let zeros = (119 - Int(count % 64)) % 64
    var end: [UInt8] = [0x80] + Array(repeating: 0, count: zeros)
    withUnsafeBytes(of: (count &* 8).littleEndian) { end += $0 }
    end.withUnsafeBytes { copy.update($0) }
    return (0..<4).flatMap { word in withUnsafeBytes(of: copy.state[word].littleEndian, Array.init)
    }
    .hexadecimal
  }

  /// Takes in a block of 64 bytes.
  private mutating func take(_ block: UnsafeRawBufferPointer) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    let (turns, constants) = (Self.turns, Self.constants)
    for i in 0..<64 {
      let (mix, word): (UInt32, Int) =
        switch i / 16 {
        case 0: (b & c | ~b & d, i)
        case 1: (d & b | ~d & c, (5 * i + 1) % 16)
        case 2: (b ^ c ^ d, (3 * i + 5) % 16)
        default: (c ^ (b | ~d), 7 * i % 16)
        }
      let message = UInt32(
        littleEndian: block.loadUnaligned(fromByteOffset: 4 * word, as: UInt32.self)
      )
      let sum = a &+ mix &+ constants[i] &+ message
      let turn = turns[i / 16 * 4 + i % 4]
      (a, d, c, b) = (d, c, b, b &+ (sum &<< turn | sum &>> (32 &- turn)))
    }
    state &+= SIMD4(a, b, c, d)
  }
}
