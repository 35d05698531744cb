import Tensors

/// What an augmentation may draw for a sample: it depends on seed, image and epoch, so any thread
/// on any rank draws the same.
public struct SampleDraws: Sendable {
  private let seed: UInt64
  private let index: Int
  private let epoch: Int

  /// The draws of the image `index` in an epoch; `seed` is the run's.
  init(seed: UInt64, index: Int, epoch: Int) {
    (self.seed, self.index, self.epoch) = (seed, index, epoch)
  }

  /// The stream of one purpose, at its beginning.
  public func stream(_ purpose: DrawPurpose) -> RandomDraws {
    RandomDraws(seed: seed, purpose: purpose, sample: index, step: epoch)
  }
}
