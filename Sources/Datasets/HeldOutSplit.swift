import Tensors

/// A dataset cut in two: images held out of training to measure accuracy on, and the rest.
///
/// Of each class with n images the nearest whole number to fraction × n is held out, spread evenly
/// over the class in file order. No seed has a part in it, so that runs with different seeds are
/// compared on the same images.
public struct HeldOutSplit: Sendable {
  /// The images to train on, in the order of the dataset.
  public let train: any ImageDataset
  /// The images held out, in the order of the dataset.
  public let held: any ImageDataset

  /// Splits `images` in two, `fraction` of each class held out.
  ///
  /// Throws a `.usage` failure when a part would be empty or the fraction is not between 0 and 1.
  public init(of images: any ImageDataset, fraction: Double) throws {
    guard fraction > 0, fraction < 1 else {
      throw Failure(.usage, "--val-fraction must be above 0 and below 1, not \(fraction)")
    }
    var sizes = Array(repeating: 0, count: images.classes.count)
    for index in 0..<images.count { sizes[images.label(index)] += 1 }
    let shares = sizes.map { Int((fraction * Double($0)).rounded()) }

    var seen = Array(repeating: 0, count: sizes.count)
    var parts: (train: [Int32], held: [Int32]) = ([], [])
    for index in 0..<images.count {
      let label = images.label(index)
      if Self.isHeld(seen[label], share: shares[label], of: sizes[label]) {
        parts.held.append(Int32(index))
      } else {
        parts.train.append(Int32(index))
      }
      seen[label] += 1
    }
    guard !parts.held.isEmpty, !parts.train.isEmpty else {
      throw Failure(
        .usage,
        "--val-fraction \(fraction) of \(images.count) images leaves none to "
          + (parts.held.isEmpty ? "evaluate on" : "train on")
      )
    }
    train = IndexedImages(base: images, indices: parts.train)
    held = IndexedImages(base: images, indices: parts.held)
  }

  /// Whether a position among `size` is one of `share` spread evenly, half a gap from either end.
  private static func isHeld(_ position: Int, share: Int, of size: Int) -> Bool {
    // The j-th lies at floor((2j + 1) · size / (2 · share)), so count those below either end.
    func before(_ end: Int) -> Int { (2 * end * share + size - 1) / (2 * size) }
    return before(position + 1) > before(position)
  }
}
