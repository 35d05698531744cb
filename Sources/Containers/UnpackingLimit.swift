/// How much may come out of packed bytes: 64 times as much and 16 MiB, so that a few bytes cannot
/// ask for all memory.
///
/// Images shrink by a factor of 5 at most; sorted labels by up to 1000, but they are small.
enum UnpackingLimit {
  /// The most bytes that come out of `packed`.
  static func bytes(of packed: Int) -> Int {
    let (product, overflow) = packed.multipliedReportingOverflow(by: 64)
    let (sum, beyond) = product.addingReportingOverflow(16 << 20)
    return overflow || beyond ? .max : sum
  }
}
