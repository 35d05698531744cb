import Containers
import Tensors
import TestSupport
import Testing

/// Against what Python's pickle and NumPy wrote.
struct PickleTests {
  private func pickle(_ name: String) throws -> Pickle { try Pickle(SourceFile(golden: name).file) }

  /// What Python 2 and 3 wrote in all protocols, with strings and with bytes as keys.
  @Test(
    arguments: [
      "cifar10-python2", "cifar10-2", "cifar10-3", "cifar10-4", "cifar10-bytes-2",
    ]
  )
  func imagesAndLabels(name: String) throws {
    let pickle = try pickle(name)
    let array = try #require(try pickle.array("data"))
    #expect(array.shape == [3, 3072])
    #expect(array.element.isByte)
    let bytes = try array.source.bytes(at: array.offset, count: array.byteCount)
    #expect(bytes == (0..<3).flatMap(DataFileGoldens.planes))
    #expect(try pickle.integers("labels") == [3, 9, 0])
    #expect(try pickle.strings("filenames") == ["x_0.png", "x_1.png", "x_2.png"])
    #expect(try pickle.array("labels") == nil)
    #expect(try pickle.integers("data2") == nil)
    #expect(try pickle.strings("labels") == nil)
    #expect(sentence { try pickle.integers("filenames") }?.contains("is no whole number") == true)
  }

  /// Both spellings of NumPy's module; the mean is of 8 bytes.
  @Test(
    arguments: ["2", "3", "4", "2-older", "3-older", "4-older"].map { "imagenet32-\($0)" }
  )
  func spellings(name: String) throws {
    let pickle = try pickle(name)
    #expect(try pickle.integers("labels") == [1, 1000])
    let mean = try #require(try pickle.array("mean"))
    #expect(mean.element.kind == .float && mean.byteCount == 40)
  }

  /// Plain bytes stay in the file; Python 3's protocol 2 wrote text, which is unpacked.
  @Test func bytesAreNotCopied() throws {
    for name in ["cifar10-python2", "cifar10-3", "cifar10-4"] {
      #expect(try pickle(name).array("data")?.source is DataFile)
    }
    #expect(try pickle("cifar10-2").array("data")?.source is UnpackedBytes)
  }

  @Test(arguments: ["cifar10-meta-python2", "cifar10-meta-4"])
  func namesOfClasses(name: String) throws {
    let names = try #require(try pickle(name).strings("label_names"))
    #expect(names.count == 10 && names[0] == "airplane" && names[9] == "truck")
  }

  @Test(
    arguments: [
      (
        "runs",
        "asks for __builtin__.print, which is refused: only NumPy's arrays of plain numbers are read"
      ),
      ("protocol5", "is not of protocol 2, 3 or 4"),
      ("fortran", "has an array in Fortran order: save it with numpy.ascontiguousarray"),
      ("objects", "has an array of the type '|O8', not of plain numbers"),
    ]
  )
  func refused(name: String, text: String) throws {
    let source = try SourceFile(golden: name)
    let sentence = sentence { try Pickle(source.file) }
    #expect(sentence?.hasPrefix("\(source.path): the pickle \(text), at byte ") == true)
  }

  /// Every opcode that is not of the table, wherever it stands.
  @Test func noOtherOpcode() throws {
    let known =
      Array(".(NJKMUTCBX]ae)t}squrhjcRb".utf8) + [
        0x80, 0x95, 0x88, 0x89, 0x8a, 0x8e, 0x8c, 0x8d, 0x85, 0x86, 0x87, 0x94, 0x93,
      ]
    var refused = 0
    for byte in UInt8.min...UInt8.max where !known.contains(byte) {
      let source = try SourceFile([0x80, 2, UInt8(ascii: "}"), byte, UInt8(ascii: ".")])
      let text = sentence { try Pickle(source.file) }
      #expect(
        text?.hasPrefix("\(source.path): the pickle has the opcode 0x\(String(byte, radix: 16)), ")
          == true
      )
      #expect(text?.hasSuffix("which is refused, at byte 3") == true)
      refused += 1
    }
    #expect(refused == 256 - known.count)
  }

  /// Operations without what they work on, numbers that are too large, and what is no array.
  @Test(
    arguments: [
      "", ")", "}(", "}}", "(.", "a", "Ka", "}Ka", "s", "]NNs", "u", "}(Nu", "e", "]e",
      "t",
      "\u{5}", "h\u{1}", "q\u{1}", "}j\u{1}\u{1}\u{1}\u{1}", "R", "NR", "N)R", "b", "N)b", "})b",
      "cos\nsystem\n", "c__builtin__\neval\n", "cnumpy\nload\n", "cnumpy\nndarray\n)R",
      "cnumpy\ndtype\n)R", "cnumpy\ndtype\nN\u{1}R", "X\u{4}\0\0\0abc", "X\u{ff}",
      "c_codecs\nencode\nU\u{1}aU\u{6}latin1tR", "c_codecs\nencode\n(X\u{1}\0\0\0aU\u{4}utf8tR",
      "cnumpy.core.multiarray\n_reconstruct\n(NNNtR",
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nNNtR(NNNNNtb",
    ]
  )
  func malformed(text: String) throws {
    let source = try SourceFile([0x80, 2] + Array(text.utf8) + [UInt8(ascii: ".")])
    #expect(sentence { try Pickle(source.file) }?.hasPrefix(source.path) == true)
  }

  /// A list in itself, a thousand tuples in one another: nothing recurses.
  @Test func depth() throws {
    let list = Array("]q\u{1}h\u{1}a".utf8)
    let tuples = Array("N".utf8) + Array(repeating: 0x85, count: 300_000)
    let source = try SourceFile(
      Array("\u{1}".utf8).isEmpty
        ? []
        : [0x80, 2] + Array("}(U\u{1}a".utf8) + list
          + Array("U\u{1}b".utf8) + tuples + Array("u.".utf8)
    )
    let pickle = try Pickle(source.file)
    #expect(sentence { try pickle.integers("a") }?.contains("no whole number") == true)
    #expect(sentence { try pickle.integers("b") }?.contains("no whole number") == true)
  }

  @Test func tooManyValues() throws {
    let source = try SourceFile(
      [0x80, 2] + Array(repeating: UInt8(ascii: "N"), count: 1 << 21 + 1) + Array(".".utf8)
    )
    #expect(
      sentence { try Pickle(source.file) }?.contains("makes more than 2097152 values") == true
    )
  }

  /// A text that is encoded again and again would take a time that grows with the square.
  @Test func theSameTextIsNotEncodedForEver() throws {
    let text: [UInt8] = Array(repeating: 0x61, count: 40_000)
    let count: [UInt8] = [0x40, 0x9c, 0, 0]
    let head =
      Array("c_codecs\nencode\nq\u{1}X".utf8) + count + text
      + Array("q\u{2}U\u{6}latin1q\u{3}".utf8)
    let again = Array("h\u{1}h\u{2}h\u{3}".utf8) + [0x86, UInt8(ascii: "R")]
    let source = try SourceFile(
      [0x80, 2] + head + Array(repeatElement(again, count: 3).joined()) + Array(".".utf8)
    )
    #expect(
      sentence { try Pickle(source.file) }?.contains("encodes a text again and again") == true
    )
  }
}
