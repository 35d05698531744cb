import Tensors
import Testing

struct XXH64Tests {
  /// The reference's own test bytes: the high ones of P, P·Q, P·Q², ….
  private func bytes(_ count: Int) -> [UInt8] {
    var word: UInt64 = 2_654_435_761
    return (0..<count).map { _ in
      defer { word &*= 0x9e37_79b1_85eb_ca8d }
      return UInt8(truncatingIfNeeded: word >> 56)
    }
  }

  private func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
    bytes.withUnsafeBytes { XXH64.hash($0, seed: seed) }
  }

  /// Values of xxHash 0.8.4 (the module xxhash 4.1.0 of Python), seeds 0 and 2654435761.
  @Test(
    arguments: [
      (0, 0xef46_db37_51d8_e999, 0xac75_fda2_929b_17ef),
      (1, 0xe934_a84a_db05_2768, 0x5014_6076_43a9_b4c3),
      (4, 0x9136_a0dc_a574_57ee, 0xcaab_286b_d8e9_fdb5),
      (8, 0xcdbc_f538_e71d_1348, 0xfe0c_047a_5353_cdac),
      (14, 0x8282_dcc4_994e_35c8, 0xc3bd_6bf6_3deb_6df0),
      (31, 0x299b_39a2_90e6_d783, 0xda67_3d5f_eb5c_1d79),
      (32, 0x18b2_1649_2bb4_4b70, 0xb3f3_3bdf_93ad_e409),
      (33, 0x55c8_dc3e_578f_5b59, 0xe92c_292f_64bc_3071),
      (64, 0xef55_8f8a_cac2_b5cd, 0xb5ee_ba99_264c_c44f),
      (101, 0xa51e_a210_1b2d_114c, 0x6b38_a5bb_ba1f_049c),
      (222, 0xb641_ae8c_b691_c174, 0x20cb_8ab7_ae10_c14a),
      (300, 0x27d0_e073_ec12_824f, 0x36cb_189d_9f3b_6ad6),
    ] as [(Int, UInt64, UInt64)]
  )
  func isThatOfTheReference(count: Int, unseeded: UInt64, seeded: UInt64) {
    #expect(hash(bytes(count)) == unseeded)
    #expect(hash(bytes(count), seed: 2_654_435_761) == seeded)
  }

  /// Zeros and random bytes of a granule: no two flips of a bit come to the same hash.
  @Test(arguments: [true, false])
  func everyBitOfAGranuleCounts(isZero: Bool) {
    var granule = isZero ? [UInt8](repeating: 0, count: 4096) : bytes(4096)
    var seen: Set = [hash(granule)]
    for bit in 0..<8 * granule.count {
      granule[bit / 8] ^= 1 << (bit % 8)
      seen.insert(hash(granule))
      granule[bit / 8] ^= 1 << (bit % 8)
    }
    #expect(seen.count == 1 + 8 * granule.count)
  }

  @Test func floatsAndWordsAreTheirBytes() {
    let floats: [Float] = (0..<77).map { Float($0) / 7 }
    #expect(
      XXH64.hash(floats, count: 77, seed: 5) == floats.withUnsafeBytes { XXH64.hash($0, seed: 5) }
    )
    let words: [UInt64] = [1, .max]
    #expect(XXH64.hash(of: SIMD2(words[0], words[1])) == words.withUnsafeBytes { XXH64.hash($0) })
  }
}
