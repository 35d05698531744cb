/// Where each buffer of a step lies in one piece of memory, so that buffers whose lives do not meet
/// share it.
///
/// A pure function of the requests: the largest first, each at the lowest offset that is free for
/// its whole life.
package struct ArenaPlan {
  /// A buffer and the moments from its first write to its last read, both included.
  package struct Request {
    package let floats: Int
    package let life: ClosedRange<Int>

    package init(floats: Int, life: ClosedRange<Int>) {
      (self.floats, self.life) = (floats, life)
    }
  }

  /// The offset of each request, in floats, a multiple of 16.
  package let offsets: [Int]
  /// Floats of the whole arena.
  package let count: Int

  package init(_ requests: [Request]) {
    var offsets = Array(repeating: 0, count: requests.count)
    var placed: [Int] = []
    var end = 0
    func size(_ i: Int) -> Int { (requests[i].floats + 15) / 16 * 16 }
    let order = requests.indices.sorted {
      (requests[$0].floats, $1) > (requests[$1].floats, $0)
    }
    for i in order {
      let neighbours =
        placed
        .filter { requests[$0].life.overlaps(requests[i].life) }
        .sorted { offsets[$0] < offsets[$1] }
      var at = 0
      for j in neighbours {
        if at + size(i) <= offsets[j] { break }
        at = max(at, offsets[j] + size(j))
      }
      offsets[i] = at
      end = max(end, at + size(i))
      placed.append(i)
    }
    self.offsets = offsets
    count = end
  }
}
