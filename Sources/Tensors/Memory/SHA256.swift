/// SHA-256 of bytes, as FIPS 180-4 has it; `Digest` is the fast one, for replicas.
///
/// Our own, for swift-crypto would add three minutes of compiling (BoringSSL) to a clean build.
/// `SHA256Tests` holds it to NIST's examples.
public struct SHA256 {
  private static let blockSize = 64
  /// K, the first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let constants: InlineArray<64, UInt32> = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]

  /// H, the digest so far: at first the fractions of the square roots of the first eight primes.
  private var state = SIMD8<UInt32>(
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19
  )
  /// Bytes taken in so far.
  private var count = 0
  /// The last of them, which fill no block yet.
  private var rest = InlineArray<64, UInt8>(repeating: 0)

  /// The digest of nothing.
  public init() {}

  /// Takes in bytes; allocates nothing.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var bytes = bytes[...]
    var filled = count % Self.blockSize
    count += bytes.count
    if filled > 0 {
      let head = bytes.prefix(Self.blockSize - filled)
      for byte in head {
        rest[filled] = byte
        filled += 1
      }
      bytes = bytes.dropFirst(head.count)
      guard filled == Self.blockSize else { return }
      takeRest()
    }
    let whole = bytes.count / Self.blockSize * Self.blockSize
    if whole > 0 { take(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole))) }
    for (place, byte) in bytes.dropFirst(whole).enumerated() { rest[place] = byte }
  }

  /// The digest of what was taken in, as 32 bytes.
  public var bytes: [UInt8] {
    var last = self
    // A one bit, zeros, and the length in bits as the last eight bytes of a block.
    let zeros = (119 - count % Self.blockSize) % Self.blockSize
    let length = UInt64(count) * 8
    let padding = [0x80] + [UInt8](repeating: 0, count: zeros) + Self.bigEndian(length)
    padding.withUnsafeBytes { last.update($0) }
    return (0..<8).flatMap { Self.bigEndian(last.state[$0]) }
  }

  /// The digest as 64 hexadecimal digits, as sha256sum prints it.
  public var hexadecimal: String { bytes.hexadecimal }

  private static func bigEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    withUnsafeBytes(of: word.bigEndian) { Array($0) }
  }

  private mutating func takeRest() {
    // A copy, since the block changes the state beside it.
    let block = rest
    block.span.withUnsafeBytes { take($0) }
  }

  /// Takes in whole blocks.
  private mutating func take(_ blocks: UnsafeRawBufferPointer) {
    var state = state
    var schedule = InlineArray<64, UInt32>(repeating: 0)
    // A copy: the static one is looked up anew each time.
    let constants = Self.constants
    for start in stride(from: 0, to: blocks.count, by: Self.blockSize) {
      for t in 0..<16 {
        schedule[t] = blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self).bigEndian
      }
      // W_t = σ1(W_{t−2}) + W_{t−7} + σ0(W_{t−15}) + W_{t−16}
      for t in 16..<64 {
        let (near, far) = (schedule[t - 2], schedule[t - 15])
        let one = turned(near, 17) ^ turned(near, 19) ^ near &>> 10
        let zero = turned(far, 7) ^ turned(far, 18) ^ far &>> 3
        schedule[t] = one &+ schedule[t - 7] &+ zero &+ schedule[t - 16]
      }
      var w = Words(state)
      for t in stride(from: 0, to: 64, by: 8) {
        func term(_ k: Int) -> UInt32 { constants[t + k] &+ schedule[t + k] }
        // Each word takes the place of the next one, which after eight rounds is its own again.
        turn(w.a, w.b, w.c, &w.d, w.e, w.f, w.g, &w.h, term(0))
        turn(w.h, w.a, w.b, &w.c, w.d, w.e, w.f, &w.g, term(1))
        turn(w.g, w.h, w.a, &w.b, w.c, w.d, w.e, &w.f, term(2))
        turn(w.f, w.g, w.h, &w.a, w.b, w.c, w.d, &w.e, term(3))
        turn(w.e, w.f, w.g, &w.h, w.a, w.b, w.c, &w.d, term(4))
        turn(w.d, w.e, w.f, &w.g, w.h, w.a, w.b, &w.c, term(5))
        turn(w.c, w.d, w.e, &w.f, w.g, w.h, w.a, &w.b, term(6))
        turn(w.b, w.c, w.d, &w.e, w.f, w.g, w.h, &w.a, term(7))
      }
      state &+= w.vector
    }
    self.state = state
  }

  /// The working variables of a block.
  private struct Words {
    var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32)
    var (e, f, g, h): (UInt32, UInt32, UInt32, UInt32)

    init(_ state: SIMD8<UInt32>) {
      (a, b, c, d) = (state[0], state[1], state[2], state[3])
      (e, f, g, h) = (state[4], state[5], state[6], state[7])
    }

    var vector: SIMD8<UInt32> { SIMD8(a, b, c, d, e, f, g, h) }
  }
}

/// A round: T1 = h + Σ1(e) + Ch(e, f, g) + term, d ← d + T1, h ← T1 + Σ0(a) + Maj(a, b, c).
@inline(__always)
private func turn(
  _ a: UInt32,
  _ b: UInt32,
  _ c: UInt32,
  _ d: inout UInt32,
  _ e: UInt32,
  _ f: UInt32,
  _ g: UInt32,
  _ h: inout UInt32,
  _ term: UInt32
) {
  h = h &+ (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) &+ (g ^ e & (f ^ g)) &+ term
  d = d &+ h
  h = h &+ (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ (a & b | c & (a | b))
}

/// ROTR: turned right by so many bits.
@inline(__always)
private func turned(_ x: UInt32, _ bits: UInt32) -> UInt32 { x &>> bits | x &<< (32 &- bits) }
