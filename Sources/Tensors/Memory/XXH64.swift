/// XXH64 of bytes, as xxHash 0.8 has it: as fast as memory is read, and it tells apart what an
/// accident made; not for security.
///
/// `XXH64Tests` holds it to the reference's values, so other programs can compute the same.
public enum XXH64 {
  private static let p1: UInt64 = 0x9e37_79b1_85eb_ca87
  private static let p2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
  private static let p3: UInt64 = 0x1656_67b1_9e37_79f9
  private static let p4: UInt64 = 0x85eb_ca77_c2b2_ae63
  private static let p5: UInt64 = 0x27d4_eb2f_1656_67c5
  /// Bytes that the four accumulators take in at a time.
  private static let stripe = 32

  /// The hash of `bytes`; allocates nothing.
  public static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    let whole = bytes.count / stripe * stripe
    var h = whole == 0 ? seed &+ p5 : stripes(bytes, whole, seed)
    h &+= UInt64(bytes.count)
    var place = whole
    while place + 8 <= bytes.count {
      h ^= turned(0, bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      h = rotated(h, 27) &* p1 &+ p4
      place += 8
    }
    if place + 4 <= bytes.count {
      h ^= UInt64(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)) &* p1
      h = rotated(h, 23) &* p2 &+ p3
      place += 4
    }
    while place < bytes.count {
      h ^= UInt64(bytes[place]) &* p5
      h = rotated(h, 11) &* p1
      place += 1
    }
    h = (h ^ h &>> 33) &* p2
    h = (h ^ h &>> 29) &* p3
    return h ^ h &>> 32
  }

  /// The hash of floats, by their bits.
  public static func hash(
    _ floats: UnsafePointer<Float>,
    count: Int,
    seed: UInt64 = 0
  ) -> UInt64 {
    hash(UnsafeRawBufferPointer(start: floats, count: 4 * count), seed: seed)
  }

  /// The hash of the bytes of a value that has no gaps: of a vector of words, say.
  public static func hash<Value: BitwiseCopyable>(of value: Value, seed: UInt64 = 0) -> UInt64 {
    withUnsafeBytes(of: value) { hash($0, seed: seed) }
  }

  /// What the first `count` bytes, whole stripes, leave in the accumulators, as one word.
  private static func stripes(
    _ bytes: UnsafeRawBufferPointer,
    _ count: Int,
    _ seed: UInt64
  ) -> UInt64 {
    var (a, b, c, d) = (seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1)
    var place = 0
    while place < count {
      a = turned(a, bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      b = turned(b, bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self))
      c = turned(c, bytes.loadUnaligned(fromByteOffset: place + 16, as: UInt64.self))
      d = turned(d, bytes.loadUnaligned(fromByteOffset: place + 24, as: UInt64.self))
      place += stripe
    }
    var h = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
    h = (h ^ turned(0, a)) &* p1 &+ p4
    h = (h ^ turned(0, b)) &* p1 &+ p4
    h = (h ^ turned(0, c)) &* p1 &+ p4
    return (h ^ turned(0, d)) &* p1 &+ p4
  }

  /// A round: rotl(accumulator + word·P2, 31)·P1.
  @inline(__always)
  private static func turned(_ accumulator: UInt64, _ word: UInt64) -> UInt64 {
    rotated(accumulator &+ word &* p2, 31) &* p1
  }

  @inline(__always)
  private static func rotated(_ x: UInt64, _ bits: UInt64) -> UInt64 {
    x &<< bits | x &>> (64 &- bits)
  }
}
