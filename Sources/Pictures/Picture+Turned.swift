extension Picture {
  /// The picture upright, for an EXIF orientation of 1…8: turned, mirrored or both.
  func turned(_ orientation: Int) -> Picture {
    if orientation == 1 { return self }
    // From 5 on rows are columns.
    let (swaps, width, height) =
      orientation >= 5 ? (true, self.height, self.width) : (false, self.width, self.height)
    // Whether columns, and rows, of this picture are gone through from the end.
    let fromRight = [2, 3, 7, 8].contains(orientation)
    let fromBelow = [3, 4, 6, 7].contains(orientation)
    let turned = [UInt8](unsafeUninitializedCapacity: bytes.count) { turned, count in
      for row in 0..<height {
        for column in 0..<width {
          let (x, y) = swaps ? (row, column) : (column, row)
          let from =
            (fromBelow ? self.height - 1 - y : y) * self.width
            + (fromRight ? self.width - 1 - x : x)
          for channel in 0..<channels {
            turned[(row * width + column) * channels + channel] = bytes[from * channels + channel]
          }
        }
      }
      count = bytes.count
    }
    return Picture(width: width, height: height, channels: channels, bytes: turned)
  }
}
