import Containers
import Tensors
import TestSupport
import Testing

/// Against what NumPy wrote.
struct NumpyFileTests {
  private func array(_ source: SourceFile) throws -> NumpyArray {
    try NumpyFile.array(in: 0..<source.file.size, of: source.file)
  }

  @Test(
    arguments: [
      ("i8-version1.npy", [2, 3], [1, 2, 300, 4, 5, 60000]),
      ("i8-version2.npy", [2, 3], [1, 2, 300, 4, 5, 60000]),
      ("i8-version3.npy", [2, 3], [1, 2, 300, 4, 5, 60000]),
      ("u2-big.npy", [2, 3], [1, 2, 300, 4, 5, 60000]),
      ("i4-big.npy", [2, 3], [-1, -2, -300, -4, -5, -60000]),
      ("u1-one.npy", [5], [0, 1, 2, 3, 4]), ("i1.npy", [2], [-128, 127]),
      ("u8-scalar.npy", [], [7]),
    ] as [(String, [Int], [Int])]
  )
  func wholeNumbers(name: String, shape: [Int], values: [Int]) throws {
    let array = try array(SourceFile(golden: name))
    #expect(array.shape == shape)
    #expect(try array.integers() == values)
  }

  @Test(
    arguments: [
      ("fortran.npy", "lies in Fortran order: save it with numpy.ascontiguousarray"),
      ("structure.npy", "has a header that cannot be read: {'descr': [('a', '<i4')"),
    ]
  )
  func others(name: String, text: String) throws {
    let source = try SourceFile(golden: name)
    let sentence = sentence { try array(source) }
    #expect(sentence?.hasPrefix("\(source.path): the array at byte 0 \(text)") == true)
  }

  @Test func numbersThatAreNoLabels() throws {
    let floats = try SourceFile(golden: "f8.npy")
    #expect(try array(floats).element.kind == .float)
    #expect(
      sentence { try array(floats).integers() }
        == "\(floats.path): the array at byte 128 is not of whole numbers"
    )
    let large = try SourceFile(golden: "u8-large.npy")
    #expect(
      sentence { try array(large).integers() }
        == "\(large.path): element 0 of the array at byte 128 is 9223372036854775808, which is too "
        + "large"
    )
  }

  /// Headers as other programs write them, and such as none does.
  @Test(
    arguments: [
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", [2, 2]),
      ("{\"shape\":(2L,2L),\"fortran_order\":False,\"descr\":\"|u1\"}\n", [2, 2]),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (4,)}", [4]),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (4)}", [4]),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (5,)}", nil),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (-4, -1)}", nil),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807, 8)}", nil),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}", nil),
      ("{'descr': '|u1', 'fortran_order': False}", nil),
      ("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (4,)}", nil),
      ("{'descr': '|O', 'fortran_order': False, 'shape': (4,)}", nil),
      ("{'descr': '|u1', 'fortran_order': exit(), 'shape': (4,)}", nil),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (4,)} + 1", nil), ("", nil),
    ] as [(String, [Int]?)]
  )
  func headers(text: String, shape: [Int]?) throws {
    let head = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
    let source = try SourceFile(head + [1, 2, 3, 4])
    if let shape {
      #expect(try array(source).shape == shape)
      #expect(try array(source).integers() == [1, 2, 3, 4])
    } else {
      #expect(sentence { try array(source) }?.hasPrefix(source.path) == true)
    }
  }

  /// Whatever says so, no array reaches behind its source or has a negative size.
  @Test(arguments: [[5], [-1], [-2, -2], [1 << 62, 4], [2, 2]] as [[Int]])
  func anArrayLiesInItsSource(shape: [Int]) throws {
    let source = try SourceFile([1, 2, 3, 4])
    let byte = try #require(NumpyElement(descriptor: "|u1"))
    let fits = shape == [2, 2]
    #expect((sentence { try NumpyArray(byte, shape, at: 0, of: source.file) } == nil) == fits)
    #expect(sentence { try NumpyArray(byte, shape, at: 1, of: source.file) } != nil)
  }
}
