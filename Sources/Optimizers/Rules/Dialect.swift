/// Whose form of the update rules is meant: they agree on the idea and differ in details that
/// change results.
///
/// The details are read in each system's source (Keras 3.15, PyTorch 2.15, optax 0.2.8, TensorFlow
/// Addons 0.23; loshchil/AdamW-and-SGDW for the authors).
public enum Dialect: String, CaseIterable, Sendable {
  /// Loshchilov & Hutter, arXiv 1711.05101, Algorithms 1 and 2; what they do not have is as in
  /// PyTorch.
  case paper
  /// The code of the same authors, in Torch.
  case authors
  /// torch.optim.
  case pytorch
  /// keras.optimizers.
  case keras
  /// TensorFlow Addons' AdamW and SGDW, over Keras' rules.
  case tfa
  /// optax.
  case optax

  /// What decoupled decay takes off a weight in a step.
  public enum DecayUnit: Sendable {
    /// η·λ·θ: λ is not times the learning rate.
    case schedule
    /// η·α·λ·θ.
    case learningRate
    /// λ·θ, whatever the schedule is.
    case raw

    /// The part of a weight that a decay of λ takes off in a step with α and η.
    public func part(of decay: Double, learningRate: Double, multiplier: Double) -> Double {
      switch self {
      case .schedule: multiplier * decay
      case .learningRate: multiplier * learningRate * decay
      case .raw: decay
      }
    }
  }

  /// When decoupled decay is applied.
  public enum DecayOrder: Sendable {
    /// θ − (step + decay): both from the old θ.
    case together
    /// Decay, then the step.
    case before
    /// The step, then the decay of the old θ.
    case after
  }

  /// What decay is measured in.
  public var decayUnit: DecayUnit {
    switch self {
    case .paper, .authors: .schedule
    case .pytorch, .keras, .optax: .learningRate
    case .tfa: .raw
    }
  }

  /// When decay is applied.
  public var decayOrder: DecayOrder {
    switch self {
    case .paper, .optax: .together
    case .authors: .after
    case .pytorch, .keras, .tfa: .before
    }
  }

  /// Whether ηα is taken into the momentum (Algorithm 1, line 8; Keras), or multiplied where the
  /// momentum is applied.
  public var ratesEnterMomentum: Bool {
    switch self {
    case .paper, .keras, .tfa: true
    case .authors, .pytorch, .optax: false
    }
  }

  /// Whether Adam's ε is added to √v before v is corrected ("ε̂" in Kingma & Ba, section 2), or to
  /// √v̂.
  public var epsilonIsUncorrected: Bool {
    switch self {
    case .paper, .pytorch, .optax: false
    case .authors, .keras, .tfa: true
    }
  }

  /// Whether RMSProp and AdaGrad add ε under the root, as in √(v + ε), and RMSProp takes ηα into
  /// its momentum.
  public var epsilonIsUnderRoot: Bool { self == .keras || self == .optax }

  /// Whether the gradient whose norm is clipped has what coupled decay adds to it.
  ///
  /// In Keras that is a regularizer, part of the loss and so of what clipnorm and global_clipnorm
  /// see, and TensorFlow Addons stands on Keras. PyTorch's clip_grad_norm_ sees the gradient before
  /// its optimizer adds weight_decay·θ, Torch's likewise, and in optax' chains the clipping comes
  /// first. The paper clips nothing: as in PyTorch.
  public var clipsCoupledDecay: Bool { self == .keras || self == .tfa }

  /// Whether λ may be given as λ_norm: the paper's idea.
  public var normalizesDecay: Bool { self == .paper || self == .authors }

  /// λ where none is given: λ_norm in the paper and its authors' code; nil where it must be given.
  public var usualDecay: Double? {
    switch self {
    case .paper, .authors: 0.025
    case .pytorch: 0.01
    case .keras: 0.004
    case .tfa: nil
    case .optax: 1e-4
    }
  }
}
