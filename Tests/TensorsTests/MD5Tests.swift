import Tensors
import Testing

/// MD5 against the examples of RFC 1321 and against Python's hashlib.
struct MD5Tests {
  private func digest(_ parts: ArraySlice<UInt8>...) -> String {
    var digest = MD5()
    for part in parts { part.withUnsafeBytes { digest.update($0) } }
    return digest.hexadecimal
  }

  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
    ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    (
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
      "d174ab98d277d9f5a5611c2c9f419d9f"
    ),
    (
      String(repeating: "1234567890", count: 8),
      "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ])
  func examples(text: String, expected: String) {
    #expect(digest(Array(text.utf8)[...]) == expected)
  }

  /// Messages of all lengths about the ends of blocks, cut anywhere: the digest of their digests,
  /// which hashlib has computed.
  @Test func everyLengthHoweverItIsCut() {
    var all: [UInt8] = []
    for length in 0..<200 {
      let message = (0..<length).map { UInt8($0 * 7 % 251) }
      let cut = length * 3 / 7
      let text = digest(message[..<cut], message[cut...])
      #expect(text == digest(message[...]))
      all += Array(text.utf8)
    }
    #expect(digest(all[...]) == "533f90821d8c746647b437f52f69257b")
  }
}
