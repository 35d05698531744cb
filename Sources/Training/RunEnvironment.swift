import Collectives
import Datasets
import Kernels
import Plans
import Tensors

/// Where runs take place: ranks, cores and threads, kernels, and data; many runs may follow each
/// other in one.
public struct RunEnvironment {
  /// The ranks.
  public let communicator: any Communicator
  /// Cores, threads and kernel level of all ranks.
  public let placement: Placement
  /// The threads of this rank.
  public let team: ThreadTeam
  /// The kernels of that level.
  public let kernels: KernelSet
  /// What is trained on and evaluated on.
  public let source: DataSource
  /// What there is to say of the data once.
  public private(set) var notes: [String] = []
  /// What the data are, the same on all ranks; nil where parts were given.
  public private(set) var dataDigest: DataDigest?
  /// What ends the job when a rank hangs; nil where nothing does.
  let watchdog: Watchdog?
  /// What it was made for; nil where its parts were given.
  private let plan: TrainingPlan?

  /// The environment that a plan asks for; every rank calls it.
  ///
  /// Throws the same `Failure` on all ranks: .data for data that are bad or not the same
  /// everywhere, .usage for plans that differ or kernels that a CPU lacks, .launch for CPUs that do
  /// not go together.
  public init(_ plan: TrainingPlan, _ communicator: any Communicator) throws {
    // Before anything that waits for other ranks, or reads files, which may hang.
    let clock = SectionClock()
    watchdog =
      plan.deadline == 0
      ? nil : Watchdog(clock, SectionDeadlines(step: plan.deadline), communicator)
    // First of what all do: the rest relies on it.
    try SameEverywhere.check(plan, communicator)
    try watchdog?.meet(communicator)
    let placement = try Placement(
      communicator,
      threads: plan.threads,
      pin: !plan.noPin,
      kernels: plan.kernels,
      allowMixedCPU: plan.allowMixedCPU
    )
    let team = try communicator.together {
      try placement.team(rank: communicator.rank, clock: clock)
    }
    var request = plan.dataRequest
    let folder = request.hasFiles ? plan.stageTo : nil
    let staging = try DataStaging(request.path, to: folder, communicator)
    request.path = staging.path
    notes += [staging.note].compactMap { $0 }
    let opened = try communicator.together { try openDataSource(request, team: team) }
    notes += opened.notes
    (self.communicator, self.placement) = (communicator, placement)
    (self.team, self.plan) = (team, plan)
    kernels = KernelSet(placement.level)
    dataDigest = try SameEverywhere.digest(of: opened, team: team, communicator)
    // Behind that: ranks share the work, which only goes with the same images.
    source = try opened.normalized(by: plan.normalize, team, communicator)
  }

  /// An environment of the given parts: starts this rank's threads.
  ///
  /// Every rank calls it; all throw the same `Failure` (.launch) where one cannot start its threads.
  public init(
    _ communicator: any Communicator,
    _ placement: Placement,
    _ source: DataSource
  ) throws {
    (self.communicator, self.placement, self.source) = (communicator, placement, source)
    team = try communicator.together { try placement.team(rank: communicator.rank) }
    kernels = KernelSet(placement.level)
    notes = source.notes
    (dataDigest, watchdog, plan) = (nil, nil, nil)
  }

  /// Lets a plan in that is the same on all ranks and asks for this environment; every rank calls
  /// it.
  ///
  /// Throws the same `Failure` (.usage) on all ranks for another plan, which would be followed only
  /// in part.
  func admit(_ other: TrainingPlan) throws {
    try SameEverywhere.check(other, communicator)
    guard let plan else { return }
    let shared = [
      "data", "stage-to", "labels", "image-size", "resize", "crop", "skip-damaged", "val-fraction",
      "train-fraction", "normalize", "threads", "no-pin", "kernels", "deadline",
    ]
    // Together, since some of them are a rank's own.
    try communicator.together {
      for field in PlanField.all where shared.contains(field.flag) {
        let (own, wanted) = (field.get(plan), field.get(other))
        if own == wanted { continue }
        throw Failure(
          .usage,
          "--\(field.flag) \(wanted ?? "by default"): this run shares data, constants, threads, "
            + "kernels and deadline with others, for which it is \(own ?? "the default")."
        )
      }
    }
  }
}
