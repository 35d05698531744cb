import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

struct SafetensorsTests {
  private let file = Safetensors(
    tensors: [
      "b.weight": .init(
        shape: [2, 3],
        values: .float([1, -2, .infinity, 0.5, -0.0, .leastNonzeroMagnitude])
      ),
      "a.bias": .init(shape: [3], values: .float([7, 8, 9])),
      "count": .init(shape: [], values: .integer([-5])),
      "large": .init(shape: [2], values: .integer([.max, .min])),
      "none": .init(shape: [0, 4], values: .float([])),
    ],
    metadata: ["format": "pt", "note": "quotes \" and / and ü"]
  )

  @Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "a.safetensors")
    try file.write(to: path)
    let back = try Safetensors(contentsOf: path)
    #expect(back.tensors == file.tensors)
    #expect(back.metadata == file.metadata)
    // -0 and 0 are equal, so their bits are compared too.
    #expect(back.encoded() == file.encoded())
  }

  @Test func notANumberKeepsItsBits() throws {
    let folder = try TemporaryFolder()
    let bits: [UInt32] = [0x7fc0_0001, 0xffc1_2345, 0x0000_0001, 0x8000_0000]
    let values = Safetensors.Values.float(bits.map(Float.init(bitPattern:)))
    let path = folder.path(of: "nan.safetensors")
    try Safetensors(tensors: ["x": .init(shape: [4], values: values)], metadata: [:])
      .write(to: path)
    guard case .float(let back) = try Safetensors(contentsOf: path).tensors["x"]?.values else {
      Issue.record("x is not F32")
      return
    }
    #expect(back.map(\.bitPattern) == bits)
  }

  /// Eight bytes of length, the JSON header padded with spaces, then the tensors in name order.
  @Test func theBytesAreThoseOfTheFormat() throws {
    let small = Safetensors(
      tensors: [
        "b": .init(shape: [1], values: .integer([258])),
        "a": .init(shape: [1, 2], values: .float([1, -2])),
      ],
      metadata: ["format": "pt"]
    )
    let header = """
      {"__metadata__":{"format":"pt"},\
      "a":{"data_offsets":[0,8],"dtype":"F32","shape":[1,2]},\
      "b":{"data_offsets":[8,16],"dtype":"I64","shape":[1]}}
      """
    let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let length = UInt8(header.utf8.count + padding.utf8.count)
    var expected: [UInt8] = [length, 0, 0, 0, 0, 0, 0, 0]
    expected += Array((header + padding).utf8)
    // 1.0 is 0x3f800000 and -2.0 is 0xc0000000, little-endian; 258 is 0x0102.
    expected += [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
    expected += [2, 1, 0, 0, 0, 0, 0, 0]
    #expect(Array(small.encoded()) == expected)
  }

  @Test func tensorsStartAtAMultipleOfEight() throws {
    for length in 0..<20 {
      let name = String(repeating: "n", count: length + 1)
      let tensor = Safetensors.Tensor(shape: [1], values: .float([1]))
      let data = Safetensors(tensors: [name: tensor], metadata: [:]).encoded()
      let header = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      #expect(header % 8 == 0)
      #expect(data.count == 8 + header + 4)
      // A reader hands the header to a JSON parser as it is.
      let text = data.dropFirst(8).prefix(header)
      #expect(text.first == UInt8(ascii: "{"))
      let object = try JSONSerialization.jsonObject(with: text) as? [String: Any]
      #expect(object?.count == 2)
    }
  }

  @Test func equalContentsAreEqualBytes() {
    var names = (0..<40).map { "layer\($0).weight" }
    func encoded() -> Data {
      var file = Safetensors(tensors: [:], metadata: [:])
      for name in names {
        file.tensors[name] = .init(shape: [1], values: .float([Float(name.count)]))
        file.metadata[name] = "x"
      }
      return file.encoded()
    }
    let first = encoded()
    names.reverse()
    #expect(encoded() == first)
    names.shuffle()
    #expect(encoded() == first)
  }

  @Test func aFileWithoutTensors() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "empty.safetensors")
    try Safetensors(tensors: [:], metadata: [:]).write(to: path)
    let back = try Safetensors(contentsOf: path)
    #expect(back.tensors.isEmpty && back.metadata.isEmpty)
  }
}
