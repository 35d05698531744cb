import Tensors
import TestSupport

/// The canonical total of `rows` by its definition: neighbours merged level by level, an odd one
/// out moving up unchanged.
func canonicalTotal(_ rows: [[Double]], _ merge: RecordMerge) -> [Double] {
  var level = rows
  while level.count > 1 {
    level = stride(from: 0, to: level.count, by: 2).map { i in
      guard i + 1 < level.count else { return level[i] }
      var merged = level[i]
      merged.withUnsafeMutableBufferPointer { record in
        merge.merge(record.baseAddress!, level[i + 1], width: record.count)
      }
      return merged
    }
  }
  return level[0]
}

/// A made-up record of a lane: for moments a count, means and M2 that are not negative.
func laneRecord(_ lane: Int, width: Int, _ merge: RecordMerge, seed: Int = 0) -> [Double] {
  let values = (0..<width).map { Double(unevenValue(seed, lane, $0)) / 3 }
  switch merge {
  case .sum: return values
  case .moments:
    let channels = (width - 1) / 2
    return [Double(1 + lane % 5)] + values[1...channels] + values[(1 + channels)...].map { $0 * $0 }
  }
}
