import Synchronization
import Tensors

/// Brings the samples of any step of a run into memory: which images they are, in which epoch, read
/// on all threads.
///
/// What a step gets follows from its number alone, so a run may begin at any step, and whoever
/// reads ahead asks for later steps, across the end of an epoch too: the orders of two successive
/// epochs are kept. One call at a time; after init nothing is allocated.
public final class SampleLoader {
  /// The order in which an epoch goes through the images.
  public enum Order: Sendable {
    /// For training: drawn anew for each epoch, and samples are varied by the augmentations.
    case shuffled
    /// For evaluation: that of the dataset, and samples are the images as they are.
    case file
  }

  /// Steps until every image has been taken once: the last may be short, or is left out.
  public let stepsPerEpoch: Int

  private let images: Int
  private let batchSize: Int
  private let reader: SampleReader
  /// Those of the even and of the odd epoch; none in file order.
  private let orders: [EpochOrder]
  private var taken: Taken?
  private let unreadable = Mutex<(position: Int, failure: Failure)?>(nil)
  private var readSample: ThreadTeam.Body = { _, _ in }

  /// What is being taken.
  private struct Taken {
    /// The place of the first sample in the epoch.
    let first: Int
    let order: EpochOrder?
    /// Nil where nothing is drawn.
    let epoch: Int?
    let samples: UnsafeMutablePointer<Float>
    let targets: UnsafeMutablePointer<SampleTarget>
  }

  /// A loader of batches of `batchSize` samples; `seed` is the run's, and keys orders and
  /// augmentations.
  ///
  /// `dropsLast` leaves the short batch at an epoch's end out; there must be a whole one.
  public init(
    _ dataset: any ImageDataset,
    normalization: Normalization,
    augmentations: [any Augmentation] = [],
    seed: UInt64 = 0,
    batchSize: Int,
    dropsLast: Bool = false,
    order: Order
  ) {
    precondition(batchSize > 0, "a batch of \(batchSize) samples")
    (images, self.batchSize) = (dataset.count, batchSize)
    stepsPerEpoch = (images + (dropsLast ? 0 : batchSize - 1)) / batchSize
    reader = SampleReader(
      dataset,
      normalization: normalization,
      augmentations: augmentations,
      seed: seed
    )
    orders =
      order == .file ? [] : (0..<2).map { _ in EpochOrder(count: dataset.count, seed: seed) }
    readSample = { [unowned self] sample, _ in read(sample) }
  }

  /// b, the samples of a step over all ranks; steps are counted from 0 over the whole run.
  public func samples(of step: Int) -> Int {
    min(batchSize, images - step % stepsPerEpoch * batchSize)
  }

  /// A hash of which images a step's samples are, in order, and in which epoch; not for file order.
  ///
  /// Allocates nothing.
  public func orderHash(of step: Int) -> UInt64 {
    prepare(step: step)
    let (epoch, place) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    let first = place * batchSize
    return orders[epoch % 2].hash(first..<first + samples(of: step), seed: UInt64(epoch))
  }

  /// Draws the order of the step's epoch, unless it is there; `take` does so too, but in its own
  /// time.
  public func prepare(step: Int) {
    let epoch = step / stepsPerEpoch
    if !orders.isEmpty { orders[epoch % 2].prepare(epoch: epoch) }
  }

  /// Reads some samples of a step into `samples`, [sample][height][width][channels], and `targets`.
  ///
  /// `positions` are theirs among the step's b samples: a rank's lanes, or those of a round. Throws
  /// the `.data` failure of the first of them that cannot be read, whatever the number of threads:
  /// its memory is as it was, but all others have been read, so a step may go on to where ranks
  /// agree.
  public func take(
    step: Int,
    _ positions: Range<Int>,
    into samples: UnsafeMutablePointer<Float>,
    _ targets: UnsafeMutablePointer<SampleTarget>,
    team: ThreadTeam
  ) throws(Failure) {
    precondition(
      positions.lowerBound >= 0 && positions.upperBound <= self.samples(of: step),
      "samples \(positions) of step \(step), which has \(self.samples(of: step))"
    )
    prepare(step: step)
    let epoch = step / stepsPerEpoch
    taken = Taken(
      first: step % stepsPerEpoch * batchSize + positions.lowerBound,
      order: orders.isEmpty ? nil : orders[epoch % 2],
      epoch: orders.isEmpty ? nil : epoch,
      samples: samples,
      targets: targets
    )
    team.run(positions.count, readSample)
    let failure = unreadable.withLock { first in
      defer { first = nil }
      return first?.failure
    }
    if let failure { throw failure }
  }

  private func read(_ sample: Int) {
    guard let taken else { return }
    let position = taken.first + sample
    do {
      let label = try reader.read(
        taken.order?[position] ?? position,
        epoch: taken.epoch,
        into: taken.samples + sample * reader.shape.count
      )
      taken.targets[sample] = SampleTarget(label)
    } catch {
      unreadable.withLock { first in
        if first.map({ position < $0.position }) ?? true { first = (position, error) }
      }
    }
  }
}
