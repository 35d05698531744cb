extension PlanField {
  /// Whether most users of a command want it: help shows these, and the others where all are asked
  /// for.
  public var isCommon: Bool { Self.common.contains(flag) }

  /// The flags of those.
  package static let common: Set<String> = [
    "data", "model", "val-fraction", "augment",
    "epochs", "batch-size", "seed",
    "opt", "lr", "weight-decay", "weight-decay-norm", "sched", "warmup-epochs", "dialect",
    "lanes", "threads",
    "output", "overwrite", "save-best", "log-every",
  ]
}
