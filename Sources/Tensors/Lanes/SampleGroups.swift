/// A rank's samples of the current batch in groups of up to `size` consecutive ones of one chunk:
/// what an item of work on samples takes.
///
/// The ranges lie in memory of their own, because threads that share an array count its references
/// at every access.
public final class SampleGroups: @unchecked Sendable {
  /// Samples of a whole group.
  public let size: Int
  /// Groups of the current batch.
  public private(set) var count = 0
  private let capacity: Int
  private let ranges: UnsafeMutablePointer<Range<Int>>

  init(size: Int, capacity: Int) {
    (self.size, self.capacity) = (size, capacity)
    ranges = .allocate(capacity: max(1, capacity))
    ranges.initialize(repeating: 0..<0, count: max(1, capacity))
  }

  deinit { ranges.deallocate() }

  /// The samples of a group.
  public subscript(group: Int) -> Range<Int> { ranges[group] }

  /// Cuts the chunks of a batch.
  func cut(_ chunks: [Range<Int>]) {
    count = 0
    for chunk in chunks {
      var start = chunk.lowerBound
      while start < chunk.upperBound {
        let end = min(start + size, chunk.upperBound)
        precondition(count < capacity, "there is no memory for \(count + 1) groups of \(size)")
        ranges[count] = start..<end
        count += 1
        start = end
      }
    }
  }
}
