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
  private let seed: UInt64
  /// How training samples are mixed, and room for the partner of the first that is taken.
  private let mixing: BatchMixing?
  private let before: FloatBuffer?
  /// Those of the even and of the odd epoch; none in file order.
  private let orders: [EpochOrder]
  private var taken: Taken?
  private let unreadable = Mutex<(sample: Int, failure: Failure)?>(nil)
  private var readSample: ThreadTeam.Body = { _, _ in }
  private var mixRow: ThreadTeam.Body = { _, _ in }

  /// What is being taken.
  private struct Taken {
    /// The place of the first sample in the epoch, and the number of samples.
    let first: Int
    let count: Int
    let order: EpochOrder?
    /// Nil where nothing is drawn.
    let epoch: Int?
    let mirrored: Bool
    let samples: UnsafeMutablePointer<Float>
    let targets: UnsafeMutablePointer<SampleTarget>
    /// What becomes of all of them, and the place in the epoch of the first one's partner.
    let mix: (BatchMixing.Mix, partner: Int)?
  }

  /// A loader of batches of `batchSize` samples; `seed` is the run's, and keys orders and
  /// augmentations.
  ///
  /// `mixing` is for training alone. `dropsLast` leaves the short batch at an epoch's end out; there must be a whole one.
  public init(
    _ dataset: any ImageDataset,
    normalization: Normalization,
    augmentations: [any Augmentation] = [],
    mixing: BatchMixing? = nil,
    seed: UInt64 = 0,
    batchSize: Int,
    dropsLast: Bool = false,
    order: Order
  ) {
    precondition(batchSize > 0, "a batch of \(batchSize) samples")
    (images, self.batchSize, self.seed) = (dataset.count, batchSize, seed)
    self.mixing = order == .file ? nil : mixing
    before = self.mixing.map { _ in FloatBuffer(count: dataset.shape.count) }
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
    mixRow = { [unowned self] row, _ in mix(row: row) }
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

  /// Reads some samples of a step into `samples`, [sample][height][width][channels], and `targets`;
  /// those of evaluation perhaps mirrored.
  ///
  /// `positions` are theirs among the step's b samples: a rank's lanes, or those of a round. Where
  /// samples are mixed the one before the first is read, too. Throws the `.data` failure of the
  /// first of them that cannot be read, whatever the number of threads: its memory is as it was,
  /// but all others have been read, so a step may go on to where ranks agree.
  public func take(
    step: Int,
    _ positions: Range<Int>,
    mirrored: Bool = false,
    into samples: UnsafeMutablePointer<Float>,
    _ targets: UnsafeMutablePointer<SampleTarget>,
    team: ThreadTeam
  ) throws(Failure) {
    let all = self.samples(of: step)
    precondition(
      positions.lowerBound >= 0 && positions.upperBound <= all,
      "samples \(positions) of step \(step), which has \(all)"
    )
    precondition(!mirrored || orders.isEmpty, "training samples are mirrored by augmentations")
    prepare(step: step)
    let (epoch, begin) = (step / stepsPerEpoch, step % stepsPerEpoch * batchSize)
    let partner = positions.lowerBound == 0 ? all - 1 : positions.lowerBound - 1
    let mix = positions.isEmpty ? nil : mixing?.mix(seed: seed, step: step, reader.shape)
    taken = Taken(
      first: begin + positions.lowerBound,
      count: positions.count,
      order: orders.isEmpty ? nil : orders[epoch % 2],
      epoch: orders.isEmpty ? nil : epoch,
      mirrored: mirrored,
      samples: samples,
      targets: targets,
      mix: mix.map { ($0, begin + partner) }
    )
    team.run(positions.count + (mix == nil ? 0 : 1), readSample)
    let failure = unreadable.withLock { first in
      defer { first = nil }
      return first?.failure
    }
    if let failure { throw failure }
    if mix != nil {
      team.run(reader.shape.height, mixRow)
      mixTargets()
    }
  }

  /// Reads one of the samples, or behind the last the partner of the first.
  private func read(_ sample: Int) {
    guard let taken else { return }
    let isPartner = sample == taken.count
    // The partner's failure comes after all others.
    let position = isPartner ? taken.mix?.partner ?? 0 : taken.first + sample
    do {
      let values = isPartner ? before?.base : taken.samples + sample * reader.shape.count
      guard let values else { return }
      let label = try reader.read(
        taken.order?[position] ?? position,
        epoch: taken.epoch,
        mirrored: taken.mirrored,
        into: values
      )
      if !isPartner { taken.targets[sample] = SampleTarget(label) }
    } catch {
      unreadable.withLock { first in
        if first.map({ sample < $0.sample }) ?? true { first = (sample, error) }
      }
    }
  }

  /// Mixes one row of all samples, from the last to the first, so that partners are unmixed still.
  private func mix(row: Int) {
    guard let taken, let mix = taken.mix?.0, let before else { return }
    let shape = reader.shape
    let offset = row * shape.width * shape.channels
    for sample in (0..<taken.count).reversed() {
      let own = taken.samples + sample * shape.count
      let partner = sample == 0 ? before.base : own - shape.count
      mix.write(row: row, partner + offset, into: own + offset, shape)
    }
  }

  /// Gives all samples the labels of their partners, too.
  private func mixTargets() {
    guard let taken, let mix = taken.mix else { return }
    var partner = reader.label(taken.order?[mix.partner] ?? mix.partner)
    for sample in 0..<taken.count {
      let label = Int(taken.targets[sample].label)
      taken.targets[sample] = mix.0.target(label, partner: partner)
      partner = label
    }
  }
}
