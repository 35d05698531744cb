import Networks
import Tensors

/// Over which samples BatchNorm takes its statistics, as the plan says it.
public enum BatchNormMode: Hashable, Sendable, CustomStringConvertible {
  /// The whole global batch, wherever its samples are.
  case batch
  /// Consecutive groups of so many samples.
  case group(Int)
  /// Each lane for itself.
  case lane

  /// Reads "batch", "lane" or "group:N".
  public init?(_ text: String) {
    switch text {
    case "batch": self = .batch
    case "lane": self = .lane
    default:
      guard text.hasPrefix("group:"), let n = Int(text.dropFirst(6)), n > 0 else { return nil }
      self = .group(n)
    }
  }

  /// "batch", "lane" or "group:N".
  public var description: String {
    switch self {
    case .batch: "batch"
    case .group(let n): "group:\(n)"
    case .lane: "lane"
    }
  }

  /// The groups for a batch of `batch` samples in `lanes` lanes; throws a usage failure where they
  /// do not fit or are too small.
  public func grouping(batch: Int, lanes: Int, allowSmall: Bool) throws -> BatchNormGrouping {
    func refuseSmall(_ samples: Int, _ hint: String) throws {
      if samples < 8 && !allowSmall {
        throw Failure(
          .usage,
          "--bn \(self) takes statistics over only \(samples) samples\(hint), which costs "
            + "accuracy: use --bn batch, or --allow-small-bn."
        )
      }
    }
    switch self {
    case .batch: return .lanes(lanes)
    case .lane:
      try refuseSmall(batch / lanes, " (batch \(batch) over \(lanes) lanes)")
      return .parts(1)
    case .group(let n):
      try refuseSmall(n, "")
      guard batch % lanes == 0, batch % n == 0 else {
        throw Failure(
          .usage,
          "--bn group:\(n) needs a batch that is a multiple of \(n) and of the \(lanes) lanes, "
            + "not \(batch)."
        )
      }
      let lane = batch / lanes
      if n % lane == 0 { return .lanes(n / lane) }
      if lane % n == 0 { return .parts(lane / n) }
      throw Failure(
        .usage,
        "--bn group:\(n) does not fit lanes of \(lane) samples: a group must be whole lanes or "
          + "a lane whole groups."
      )
    }
  }
}
