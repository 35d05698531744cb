import Optimizers
import Tensors

extension Horizon {
  /// What a raw λ is held to: so many times that of a λ_norm for the same run.
  public static let strongDecay = (factor: 20.0, normalized: 0.025)

  /// Whether a raw λ that is not times the learning rate is more than any run of that length is
  /// likely to mean, as PyTorch's usual 0.01 is here for all but the shortest.
  ///
  /// The paper's best λ_norm are about 0.025 and 0.05. With restarts the first period counts, whose
  /// λ is the largest.
  public var isStrongDecay: Bool {
    rawDecay > Self.strongDecay.factor * Self.strongDecay.normalized * firstDecayUnit
  }

  /// Throws a usage failure for a decay that is strong and is not meant to be.
  public func refuseStrongDecay() throws {
    if let sentence = strongDecayWarning { throw Failure(.usage, sentence) }
  }

  /// What a strong decay that is not meant to be would do, and what was perhaps meant; nil where
  /// there is none.
  public var strongDecayWarning: String? {
    guard isStrongDecay, !allowsStrongDecay else { return nil }
    let left = 100 * Elementary.power(1 - min(1, rawDecay), stepsPerEpoch)
    let usual = Self.strongDecay.normalized * firstDecayUnit
    let equals =
      dialect.normalizesDecay ? ["--weight-decay-norm \(significant(normalizedDecay))"] : []
    // With hardly any learning rate the number of PyTorch means nothing to anybody.
    let inTorch = rawDecay / learningRate
    let torch =
      inTorch.isFinite && inTorch <= 1e6 ? ["PyTorch's weight_decay \(significant(inTorch))"] : []
    let same = (equals + torch).joined(separator: " and ")
    let meant =
      torch.isEmpty
      ? ""
      : "; PyTorch's \(rawDecay) is --weight-decay \(significant(rawDecay * learningRate)) here"
    return "--weight-decay \(rawDecay) is λ of the paper, not times the learning rate: an undriven "
      + "weight would keep \(significant(left)) % after one epoch, and it is "
      + "\(significant(rawDecay / usual)) times what --weight-decay-norm "
      + "\(Self.strongDecay.normalized) would be in this run"
      + (same.isEmpty ? "" : ". It equals \(same)\(meant)")
      + ". To mean it, add --allow-strong-decay."
  }
}
