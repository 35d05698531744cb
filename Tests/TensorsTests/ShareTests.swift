import Tensors
import Testing

struct ShareTests {
  /// The first (total mod count) shares hold one more.
  @Test(arguments: 1...20)
  func sharesTileTheTotal(count: Int) {
    for total in 0...50 {
      var end = 0
      for index in 0..<count {
        let size = total / count + (index < total % count ? 1 : 0)
        #expect(share(index, of: count, total: total) == end..<end + size)
        end += size
      }
      #expect(end == total)
    }
  }
}
