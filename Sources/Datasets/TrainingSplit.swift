import Tensors

/// The training images of a dataset cut up: some held out to measure accuracy on, and of the rest
/// some or all to train on.
///
/// Both fractions are of all images. Of each class with n images the nearest whole number to
/// fraction × n is held out, spread evenly over the class in file order; then as many as the other
/// fraction says are taken from what is left in the same way. No seed has a part in it, so that
/// runs with different seeds are compared on the same images. Where images have keys of their own,
/// as those of folders, an image is held out by its key alone, whatever others there are: the shares
/// are approximate then.
public struct TrainingSplit: Sendable {
  /// The images to train on, in the order of the dataset.
  public let train: any ImageDataset
  /// The images held out, in the order of the dataset; none without a fraction.
  public let held: (any ImageDataset)?

  /// Splits `images`: `heldOut` of each class (none if nil), then `train` of each class (nil: all
  /// that are left).
  ///
  /// Throws a `.usage` failure when a part would be empty, a fraction is not above 0 and below 1
  /// (`train` may be 1 when none is held out), or they come to more than all.
  public init(of images: any ImageDataset, heldOut: Double?, train part: Double?) throws(Failure) {
    try Self.check(heldOut, part)
    let all = (0..<images.count).map(Int32.init)
    let byKey = images.count > 0 && images.splitKey(0) != nil
    let sizes = Self.sizes(images)
    var (kept, out) = (all, [Int32]())
    if let heldOut {
      (out, kept) =
        byKey
        ? Self.share(all, of: images, keys: 0..<heldOut)
        : Self.share(all, of: images, sizes.map { Int((heldOut * Double($0)).rounded()) })
      guard !out.isEmpty, !kept.isEmpty else {
        throw Failure(
          .usage,
          "--val-fraction \(heldOut) of \(images.count) images leaves none to "
            + (out.isEmpty ? "evaluate on" : "train on")
        )
      }
    }
    if let part {
      let from = heldOut ?? 0
      kept =
        byKey
        ? Self.share(kept, of: images, keys: from..<from + part).taken
        : Self.share(kept, of: images, sizes.map { Int((part * Double($0)).rounded()) }).taken
      guard !kept.isEmpty else {
        throw Failure(
          .usage,
          "--train-fraction \(part) of \(images.count) images leaves none to train on"
        )
      }
    }
    train =
      kept.count == images.count ? images : IndexedImages(base: images, indices: kept)
    held = heldOut == nil ? nil : IndexedImages(base: images, indices: out)
  }

  private static func check(_ heldOut: Double?, _ part: Double?) throws(Failure) {
    if let heldOut, !(heldOut > 0 && heldOut < 1) {
      throw Failure(.usage, "--val-fraction must be above 0 and below 1, not \(heldOut)")
    }
    guard let part else { return }
    guard part > 0, part <= 1 else {
      throw Failure(.usage, "--train-fraction must be above 0 and at most 1, not \(part)")
    }
    // The sum of 0.9 and 0.1 is allowed whatever its last bit is.
    if let heldOut, part + heldOut > 1 + 1e-9 {
      throw Failure(
        .usage,
        "--train-fraction \(part) and --val-fraction \(heldOut) are more than all training images"
      )
    }
  }

  /// The images of each class.
  private static func sizes(_ images: any ImageDataset) -> [Int] {
    var sizes = Array(repeating: 0, count: images.classes.count)
    for index in 0..<images.count { sizes[images.label(index)] += 1 }
    return sizes
  }

  /// The images whose keys, as parts of all keys there are, lie within `keys`, and the others.
  private static func share(
    _ indices: [Int32],
    of images: any ImageDataset,
    keys: Range<Double>
  ) -> (taken: [Int32], left: [Int32]) {
    var parts: (taken: [Int32], left: [Int32]) = ([], [])
    for index in indices {
      guard let key = images.splitKey(Int(index)) else {
        preconditionFailure("an image lacks a key")
      }
      // The upper 53 bits, which a Double holds.
      if keys.contains(Double(key >> 11) * 0x1p-53) {
        parts.taken.append(index)
      } else {
        parts.left.append(index)
      }
    }
    return parts
  }

  /// Of each class `shares` of the images in `indices` (all, where there are no more), spread
  /// evenly, and the others.
  private static func share(
    _ indices: [Int32],
    of images: any ImageDataset,
    _ shares: [Int]
  ) -> (taken: [Int32], left: [Int32]) {
    var sizes = Array(repeating: 0, count: shares.count)
    for index in indices { sizes[images.label(Int(index))] += 1 }
    var seen = Array(repeating: 0, count: shares.count)
    var parts: (taken: [Int32], left: [Int32]) = ([], [])
    for index in indices {
      let label = images.label(Int(index))
      if isTaken(seen[label], share: min(shares[label], sizes[label]), of: sizes[label]) {
        parts.taken.append(index)
      } else {
        parts.left.append(index)
      }
      seen[label] += 1
    }
    return parts
  }

  /// Whether a position among `size` is one of `share` spread evenly, half a gap from either end.
  private static func isTaken(_ position: Int, share: Int, of size: Int) -> Bool {
    // The j-th lies at floor((2j + 1) · size / (2 · share)), so count those below either end.
    func before(_ end: Int) -> Int { (2 * end * share + size - 1) / (2 * size) }
    return before(position + 1) > before(position)
  }
}
