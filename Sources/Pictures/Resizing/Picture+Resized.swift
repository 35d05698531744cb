extension Picture {
  /// A square picture of `size` × `size` pixels as `request` makes it; byte for byte what Pillow's
  /// `resize` gives for BILINEAR, BOX and NEAREST.
  ///
  /// With a centre crop the long side becomes ⌊size · long / short⌋, and half of what is too much is
  /// cut off at either end, the nearest even number where that is half a pixel, as torchvision does.
  func resized(to size: Int, _ request: PictureRequest) -> Picture {
    let short = min(width, height)
    let (wide, high) =
      request.crop == .none
      ? (size, size) : (max(size, size * width / short), max(size, size * height / short))
    func window(_ whole: Int) -> Range<Int> {
      let start = Int((Double(whole - size) / 2).rounded(.toNearestOrEven))
      return start..<start + size
    }
    let (columns, rows) = (window(wide), window(high))
    if request.filter == .nearest {
      return picked(
        Self.nearest(columns, of: wide, from: width),
        Self.nearest(rows, of: high, from: height)
      )
    }
    return summed(
      ResampleTaps(columns, of: wide, from: width, request.filter),
      ResampleTaps(rows, of: high, from: height, request.filter)
    )
  }

  /// The old pixel at the centre of each new one, by adding up as Pillow does.
  private static func nearest(_ window: Range<Int>, of size: Int, from length: Int) -> [Int] {
    let scale = Double(length) / Double(size)
    var (centre, places) = (0.5 * scale, [Int]())
    for pixel in 0..<window.upperBound {
      if pixel >= window.lowerBound { places.append(min(length - 1, Int(centre))) }
      centre += scale
    }
    return places
  }

  /// The pixels where these columns and rows meet.
  private func picked(_ columns: [Int], _ rows: [Int]) -> Picture {
    var picked: [UInt8] = []
    picked.reserveCapacity(columns.count * rows.count * channels)
    for row in rows {
      for column in columns {
        let start = (row * width + column) * channels
        picked += bytes[start..<start + channels]
      }
    }
    return Picture(width: columns.count, height: rows.count, channels: channels, bytes: picked)
  }

  /// The weighted sums of old pixels: first along rows, rounded to bytes, then along columns.
  ///
  /// Only as many rows are kept as one new row is the sum of.
  private func summed(_ columns: ResampleTaps, _ rows: ResampleTaps) -> Picture {
    let line = columns.firsts.count * channels
    let depth = zip(rows.starts, rows.starts.dropFirst()).map { $1 - $0 }.max() ?? 1
    let narrow = UnsafeMutablePointer<UInt8>.allocate(capacity: depth * line)
    let sums = UnsafeMutablePointer<Int32>.allocate(capacity: line)
    defer {
      narrow.deallocate()
      sums.deallocate()
    }
    let size = rows.firsts.count * line
    let made = [UInt8](unsafeUninitializedCapacity: size) { made, count in
      var next = 0
      for new in rows.firsts.indices {
        let weights = rows.weights[rows.starts[new]..<rows.starts[new + 1]]
        let first = rows.firsts[new]
        let end = max(next, first + weights.count)
        for old in max(next, first)..<end {
          sumRow(old, columns, into: narrow + old % depth * line)
        }
        next = end
        for value in 0..<line { sums[value] = ResampleTaps.half }
        for (old, weight) in zip(first..., weights) {
          let row = narrow + old % depth * line
          for value in 0..<line { sums[value] &+= Int32(row[value]) &* weight }
        }
        for value in 0..<line { made[new * line + value] = ResampleTaps.byte(sums[value]) }
      }
      count = size
    }
    return Picture(
      width: columns.firsts.count,
      height: rows.firsts.count,
      channels: channels,
      bytes: made
    )
  }

  /// The weighted sums of one row, written to `line`.
  private func sumRow(_ row: Int, _ taps: ResampleTaps, into line: UnsafeMutablePointer<UInt8>) {
    let origin = row * width * channels
    bytes.withUnsafeBufferPointer { bytes in
      taps.weights.withUnsafeBufferPointer { weights in
        for column in taps.firsts.indices {
          var place = origin + taps.firsts[column] * channels
          let (range, out) = (taps.starts[column]..<taps.starts[column + 1], column * channels)
          if channels == 1 {
            var sum = ResampleTaps.half
            for tap in range {
              sum &+= Int32(bytes[place]) &* weights[tap]
              place += 1
            }
            line[out] = ResampleTaps.byte(sum)
          } else {
            var (red, green, blue) = (ResampleTaps.half, ResampleTaps.half, ResampleTaps.half)
            for tap in range {
              red &+= Int32(bytes[place]) &* weights[tap]
              green &+= Int32(bytes[place + 1]) &* weights[tap]
              blue &+= Int32(bytes[place + 2]) &* weights[tap]
              place += 3
            }
            line[out] = ResampleTaps.byte(red)
            line[out + 1] = ResampleTaps.byte(green)
            line[out + 2] = ResampleTaps.byte(blue)
          }
        }
      }
    }
  }
}
