import Checkpoints
import Tensors
import TestSupport
import Testing

struct ParameterExportTests {
  private let layout = ParameterLayout([
    ("conv", .weight, .convolution(height: 2, width: 3, input: 4, output: 5)),
    ("fc", .weight, .dense(input: ImageShape(height: 1, width: 1, channels: 3), output: 7)),
    ("flat", .weight, .dense(input: ImageShape(height: 2, width: 3, channels: 4), output: 5)),
    ("bias", .bias, .vector(5)),
  ])

  /// Every element tells where it lies in memory.
  private func numbered() -> FloatBuffer {
    let buffer = FloatBuffer(count: layout.count)
    for i in 0..<layout.count { buffer.base[i] = Float(i) }
    return buffer
  }

  private func exported(_ name: String) throws -> (entry: ParameterEntry, values: [Float]) {
    let entry = try #require(layout[name])
    let tensor = ParameterExport.tensor(entry, from: numbered())
    #expect(tensor.shape == ParameterExport.shape(entry.storage))
    guard case .float(let values) = tensor.values else { return (entry, []) }
    return (entry, values)
  }

  /// Element (o, i, y, x) of the export is (y, x, i, o) in memory.
  @Test func convolutionsBecomeOIHW() throws {
    let (entry, values) = try exported("conv")
    #expect(ParameterExport.shape(entry.storage) == [5, 4, 2, 3])
    for o in 0..<5 {
      for i in 0..<4 {
        for y in 0..<2 {
          for x in 0..<3 {
            let memory = ((y * 3 + x) * 4 + i) * 5 + o
            let value = values[((o * 4 + i) * 2 + y) * 3 + x]
            #expect(value == Float(entry.range.lowerBound + memory))
          }
        }
      }
    }
  }

  @Test func denseWeightsBecomeOutputsByInputs() throws {
    let (entry, values) = try exported("fc")
    #expect(ParameterExport.shape(entry.storage) == [7, 3])
    for o in 0..<7 {
      for i in 0..<3 {
        #expect(values[o * 3 + i] == Float(entry.range.lowerBound + i * 7 + o))
      }
    }
  }

  /// Element (o, (c, y, x)) of the export, as torch.flatten counts, is ((y, x, c), o) in memory.
  @Test func denseWeightsOfAnImageTakeItAsCHW() throws {
    let (entry, values) = try exported("flat")
    #expect(ParameterExport.shape(entry.storage) == [5, 24])
    for o in 0..<5 {
      for c in 0..<4 {
        for y in 0..<2 {
          for x in 0..<3 {
            let memory = ((y * 3 + x) * 4 + c) * 5 + o
            let value = values[o * 24 + (c * 2 + y) * 3 + x]
            #expect(value == Float(entry.range.lowerBound + memory))
          }
        }
      }
    }
  }

  @Test func vectorsStayAsTheyAre() throws {
    let (entry, values) = try exported("bias")
    #expect(ParameterExport.shape(entry.storage) == [5])
    #expect(values == entry.range.map { Float($0) })
  }

  /// The golden files' decoder was written independently of this.
  @Test func agreesWithTheGoldensOrder() throws {
    let golden = try TinySiLUGolden.read()
    let layout = ParameterLayout(
      golden.parameters.map { name, tensor in
        let s = tensor.shape
        let storage: ParameterStorage =
          switch s.count {
          case 4: .convolution(height: s[2], width: s[3], input: s[1], output: s[0])
          case 2:
            .dense(input: ImageShape(height: 1, width: 1, channels: s[1]), output: s[0])
          default: .vector(s[0])
          }
        return (name, .weight, storage)
      }
    )
    let buffer = FloatBuffer(count: layout.count)
    golden.install(layout, into: buffer)
    for (name, tensor) in golden.parameters {
      let entry = try #require(layout[name])
      let expected = Safetensors.Tensor(shape: tensor.shape, values: .float(tensor.floats))
      #expect(ParameterExport.tensor(entry, from: buffer) == expected)
    }
  }

  /// Everything comes back to its place, and nothing else is touched.
  @Test func restoringUndoesExporting() throws {
    let source = numbered()
    for entry in layout.entries {
      let target = FloatBuffer(count: layout.count)
      target.elements.update(repeating: -1)
      guard case .float(let values) = ParameterExport.tensor(entry, from: source).values else {
        Issue.record("\(entry.name) is not F32")
        continue
      }
      ParameterExport.restore(values, entry, into: target)
      for i in 0..<layout.count {
        #expect(target.base[i] == (entry.range.contains(i) ? source.base[i] : -1))
      }
    }
  }
}
