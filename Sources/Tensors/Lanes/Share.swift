/// The `index`-th of `count` contiguous shares of `0 ..< total`: the first (total mod count) shares
/// hold one more.
///
/// Lanes of a batch, lanes of a rank, slices of a bucket and equal parts of a lane are all cut this
/// way.
public func share(_ index: Int, of count: Int, total: Int) -> Range<Int> {
  precondition(
    count > 0 && index >= 0 && index < count,
    "share \(index) of \(count) does not exist"
  )
  let (quotient, remainder) = total.quotientAndRemainder(dividingBy: count)
  let start = index * quotient + min(index, remainder)
  return start..<start + quotient + (index < remainder ? 1 : 0)
}
