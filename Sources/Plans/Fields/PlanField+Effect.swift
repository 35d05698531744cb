extension PlanField {
  /// What hangs on a field, for runs of as many steps; EffectTests trains to see it.
  public enum Effect: Sendable {
    /// The weights after a step, and it is worth sweeping.
    case method
    /// The weights after a step: on which images they were trained.
    case identity
    /// When the run ends or which of its models is the best, but no weight after a step.
    case extent
    /// Neither: where and how fast a run goes, what it writes, and which plans are allowed.
    case running
  }

  /// The commands that take flags of the plan.
  public struct Commands: OptionSet, Sendable {
    /// A bit for each.
    public let rawValue: Int

    /// The commands of these bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// All of them.
    public static let train = Commands(rawValue: 1)
    /// What says how learning rate and decay go.
    public static let explain = Commands(rawValue: 2)
    /// What says how much memory a step takes.
    public static let estimate = Commands(rawValue: 4)
    /// What says how long a step takes.
    public static let benchStep = Commands(rawValue: 8)
    /// What says who computes, for the benches of kernels alone.
    public static let benchKernels = Commands(rawValue: 32)
    /// What says on what and how a trained model is evaluated.
    public static let eval = Commands(rawValue: 16)
    /// What says on what and how a run is computed again.
    public static let replay = Commands(rawValue: 64)
    /// What says which images there are, for the commands that go through them once.
    public static let data = Commands(rawValue: 128)
    /// What says which images training shows, and how.
    public static let preview = Commands(rawValue: 256)
  }

  /// Whether the weights after a step depend on it.
  public var decidesBits: Bool { effect == .method || effect == .identity }
  /// Whether a resumed run may change it; of a local one what it stands for must stay, as the
  /// images in another folder.
  public var mayChangeOnResume: Bool { !decidesBits || isLocal }
  /// Whether no run may go on with another, whatever it is allowed: of a state of another network or
  /// rule there is nothing to go on with.
  public var neverChangesOnResume: Bool { ["model", "shake", "opt"].contains(flag) }
  /// Whether a sweep may vary it.
  public var isSweepable: Bool { effect == .method }
}
