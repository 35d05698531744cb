import Tensors

extension Normalization {
  /// Mean and standard deviation (population) of every channel over all `images`, from exact sums.
  ///
  /// A channel whose values are all the same gets the deviation 1. Reads every image; throws the
  /// `.data` failure of one that cannot be read.
  package init(computedFrom images: any ImageDataset) throws(Failure) {
    let (shape, channels) = (images.shape, images.shape.channels)
    // How often each byte comes, channel × 256 + byte: the sums that follow are exact.
    var counts = [Int](repeating: 0, count: channels * 256)
    let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: shape.count)
    defer { pixels.deallocate() }
    for index in 0..<images.count {
      try images.readPixels(index, into: pixels)
      for pixel in 0..<shape.pixels {
        for channel in 0..<channels {
          counts[channel * 256 + Int(pixels[pixel * channels + channel])] += 1
        }
      }
    }
    let total = Double(images.count * shape.pixels)
    var (mean, deviation): ([Float], [Float]) = ([], [])
    for channel in 0..<channels {
      let values = counts[channel * 256..<(channel + 1) * 256].enumerated()
      let sum = values.reduce(0) { $0 + $1.offset * $1.element }
      let squares = values.reduce(0) { $0 + $1.offset * $1.offset * $1.element }
      let average = Double(sum) / total
      let variance = Double(squares) / total - average * average
      mean.append(Float(average))
      deviation.append(variance > 0 ? Float(variance.squareRoot()) : 1)
    }
    self.init(mean: mean, deviation: deviation)
  }
}
