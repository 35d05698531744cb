import Datasets
import Kernels
import Networks

extension Evaluation {
  /// What to evaluate and on what.
  public struct Request: Sendable {
    /// A run folder or a safetensors file.
    public var path: String
    /// "synthetic" or a folder; nil: the run's own data.
    public var data: String?
    /// The images to evaluate on; nil: the test images, or with a `valFraction` the part held out.
    public var split: EvaluationSplit?
    /// The held-out part; nil: with `split` .val the run's own.
    public var valFraction: Double?
    /// Allows images whose classes have other names than the model's.
    public var allowOtherClasses: Bool
    /// Threads of a rank.
    public var threads: Int?
    /// The instruction set of the kernels; nil: what the run was told, or .auto for a file.
    public var kernels: KernelChoice?
    /// The way convolutions are computed; nil: the run's own, or .auto for a file.
    public var convolutions: ConvolutionChoice?
    /// What the planner may not put together; nil: the run's own, or nothing for a file.
    public var fusionsOff: Set<Fusion>?
    /// Allows ranks whose OpenBLAS kernels differ.
    public var allowMixedCPU: Bool
    /// How the snapshots of the run are put together; nil: its last model alone.
    public var ensemble: Ensemble?
    /// What is looked at of each image; their probabilities are averaged.
    public var views: TestViews
    /// A safetensors file to write logits and labels into, in image order.
    public var logits: String?
    /// Seconds after which a rank that is not done is held for hung and ends the job; 0: never, nil:
    /// an hour.
    public var deadline: Double?

    /// A request.
    public init(
      path: String,
      data: String?,
      split: EvaluationSplit? = nil,
      valFraction: Double?,
      allowOtherClasses: Bool = false,
      threads: Int?,
      kernels: KernelChoice? = nil,
      convolutions: ConvolutionChoice? = nil,
      fusionsOff: Set<Fusion>? = nil,
      allowMixedCPU: Bool = false,
      ensemble: Ensemble? = nil,
      views: TestViews = .none,
      logits: String?,
      deadline: Double? = nil
    ) {
      (self.path, self.data, self.valFraction) = (path, data, valFraction)
      (self.split, self.allowOtherClasses) = (split, allowOtherClasses)
      (self.threads, self.kernels) = (threads, kernels)
      (self.convolutions, self.fusionsOff) = (convolutions, fusionsOff)
      (self.allowMixedCPU, self.ensemble, self.logits) = (allowMixedCPU, ensemble, logits)
      (self.views, self.deadline) = (views, deadline)
    }
  }
}
