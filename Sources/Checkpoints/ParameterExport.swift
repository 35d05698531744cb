import Tensors

/// Between the flat buffer and named tensors in PyTorch's order: OIHW, outputs × inputs, a
/// flattened image's values as CHW.
public enum ParameterExport {
  /// The tensor of an entry, copied out of the flat buffer.
  public static func tensor(_ entry: ParameterEntry, from buffer: FloatBuffer)
    -> Safetensors.Tensor
  {
    let base = buffer.base + entry.range.lowerBound
    var values = Array(repeating: Float(0), count: entry.range.count)
    forEachElement(entry.storage) { memory, exported in values[exported] = base[memory] }
    return Safetensors.Tensor(shape: shape(entry.storage), values: .float(values))
  }

  /// Copies exported values into the flat buffer; there must be as many as the entry has.
  public static func restore(_ values: [Float], _ entry: ParameterEntry, into buffer: FloatBuffer) {
    precondition(values.count == entry.range.count, "\(values.count) values for \(entry.name)")
    let base = buffer.base + entry.range.lowerBound
    forEachElement(entry.storage) { memory, exported in base[memory] = values[exported] }
  }

  /// The exported shape.
  public static func shape(_ storage: ParameterStorage) -> [Int] {
    switch storage {
    case .convolution(let height, let width, let input, let output):
      [output, input, height, width]
    case .dense(let input, let output): [output, input.count]
    case .vector(let count): [count]
    }
  }

  private static func forEachElement(
    _ storage: ParameterStorage,
    _ visit: (_ memory: Int, _ exported: Int) -> Void
  ) {
    switch storage {
    case .convolution(let height, let width, let input, let output):
      for y in 0..<height {
        for x in 0..<width {
          for i in 0..<input {
            for o in 0..<output {
              visit(
                ((y * width + x) * input + i) * output + o,
                ((o * input + i) * height + y) * width + x
              )
            }
          }
        }
      }
    case .dense(let input, let output):
      for pixel in 0..<input.pixels {
        for channel in 0..<input.channels {
          let (i, flat) = (pixel * input.channels + channel, channel * input.pixels + pixel)
          for o in 0..<output { visit(i * output + o, o * input.count + flat) }
        }
      }
    case .vector(let count):
      for i in 0..<count { visit(i, i) }
    }
  }
}
