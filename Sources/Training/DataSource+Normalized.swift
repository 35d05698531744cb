import Collectives
import Datasets
import Tensors

extension DataSource {
  /// The same with the constants that a plan wants; every rank calls it, for the same images.
  ///
  /// What is computed is of the training images that are trained on, of which each rank reads its
  /// share. Throws the same `Failure` on all ranks: .usage for constants of another number of
  /// channels, .data where an image cannot be read or a channel has no deviation, .launch when a
  /// rank is lost.
  func normalized(
    by choice: NormalizationChoice,
    _ team: ThreadTeam,
    _ communicator: any Communicator
  ) throws -> DataSource {
    switch choice {
    case .standard: return self
    case .constants(let constants):
      let channels = train.shape.channels
      try communicator.together {
        guard constants.mean.count != channels else { return }
        throw Failure(
          .usage,
          "--normalize \(choice) is of \(constants.mean.count) channels, and the images have "
            + "\(channels)."
        )
      }
      return normalized(by: constants)
    case .computed, .meanImage:
      let own = share(communicator.rank, of: communicator.size, total: train.count)
      let part = try communicator.together { try ImageStatistics(train, own, team) }
      var all = ImageStatistics(train.shape)
      for numbers in try communicator.allGather(part.numbers) { all.add(numbers) }
      if choice == .meanImage { return normalized(by: all.meanImage()) }
      return normalized(by: try communicator.together { try all.computed() })
    }
  }
}
