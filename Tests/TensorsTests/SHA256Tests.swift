import Tensors
import Testing

/// SHA-256 against NIST's examples (FIPS 180-4) and against Python's hashlib.
struct SHA256Tests {
  /// The digest of parts of a message that follow one another.
  private func digest(_ parts: ArraySlice<UInt8>...) -> SHA256 {
    var digest = SHA256()
    for part in parts { part.withUnsafeBytes { digest.update($0) } }
    return digest
  }

  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
  )
  func examples(text: String, expected: String) {
    #expect(digest(Array(text.utf8)[...]).hexadecimal == expected)
  }

  /// Messages of all lengths about the ends of blocks, cut anywhere: the digest of their digests,
  /// which hashlib has computed.
  @Test func everyLengthHoweverItIsCut() {
    var all: [UInt8] = []
    for length in 0..<300 {
      let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + length) }
      let (third, half) = (length / 3, length / 2)
      let cut = digest(message[..<third], [], message[third..<half], message[half...])
      #expect(cut.bytes == digest(message[...]).bytes, "\(length) bytes")
      all += cut.bytes
    }
    #expect(
      digest(all[...]).hexadecimal
        == "d5238871a46ac4a1a75ac3fb19d645b0b3b9e5f35f5f720e2b240d605c6b694e"
    )
  }
}
