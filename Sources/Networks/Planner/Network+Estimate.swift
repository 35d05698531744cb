import Tensors

extension Network {
  /// What a network takes on one rank, planned without making anything.
  public static func sizes(
    _ model: Model,
    batch: BatchLayout,
    mode: NetworkMode,
    threads: Int,
    options: NetworkOptions = NetworkOptions()
  ) -> NetworkSizes {
    let plan = NetworkPlan(
      options.applied(to: model),
      batch,
      mode,
      options.fusions,
      threads: threads
    )
    return NetworkSizes(plan, batch, threads: threads)
  }
}
