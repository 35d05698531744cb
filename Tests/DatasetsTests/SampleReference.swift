import Datasets
import Tensors
import TestSupport

extension SampleReader {
  /// A sample and its label; what lies behind the sample is checked to stay untouched.
  func sample(_ index: Int, epoch: Int?) -> (values: [Float], label: Int) {
    var values = Array(repeating: Float.nan, count: shape.count + 1)
    let label = values.withUnsafeMutableBufferPointer {
      do { return try read(index, epoch: epoch, into: $0.baseAddress!) } catch {
        fatalError("\(error)")
      }
    }
    precondition(values.removeLast().isNaN, "a sample was written past its end")
    return (values, label)
  }
}

/// (x − mean) / deviation of bytes whose channels alternate.
func normalized(_ bytes: [UInt8], _ constants: Normalization) -> [Float] {
  bytes.enumerated().map { offset, byte in
    let channel = offset % constants.mean.count
    return (Float(byte) - constants.mean[channel]) / constants.deviation[channel]
  }
}

/// A training sample by the definition: normalise, pad with zeros, crop, mirror, one by one.
func reference(
  _ images: any ImageDataset,
  _ index: Int,
  epoch: Int,
  seed: UInt64,
  _ constants: Normalization
) -> [Float] {
  let (height, width) = (images.shape.height, images.shape.width)
  let channels = images.shape.channels
  var draws = RandomDraws(seed: seed, purpose: .augmentation, sample: index, step: epoch)
  let mirrored = draws.integer(below: 2) == 1
  let (top, left) = (draws.integer(below: 9), draws.integer(below: 9))

  let image = normalized(images.bytes(index), constants)
  let blank = Array(repeating: Float(0), count: channels)
  var padded = Array(repeating: Array(repeating: blank, count: width + 8), count: height + 8)
  for row in 0..<height {
    for column in 0..<width {
      let start = (row * width + column) * channels
      padded[row + 4][column + 4] = Array(image[start..<start + channels])
    }
  }
  let crop = padded[top..<top + height].map { Array($0[left..<left + width]) }
  return crop.flatMap { row in (mirrored ? row.reversed() : row).flatMap { $0 } }
}
