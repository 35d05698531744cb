import Datasets
import Plans
import Tensors

/// What the digests of a run come to, link by link: two runs whose chains are equal after as many
/// steps had the same plan, data, order of images and states.
///
/// A link is XXH64 over the chain before it, the digest of the state, the number of steps taken and
/// the order of the images in the last of them. The first hangs on the fields of the plan that
/// decide bits, the numerics version and the digest of the data.
public struct DigestChain: Codable, Sendable, Equatable {
  /// The steps after which the last digest in it was taken; −1 before the first.
  public private(set) var step = -1
  /// The hash of all so far.
  public private(set) var value: UInt64

  /// The chain of a run before its first digest; `data` is nil where that is not known.
  ///
  /// Throws `Failure` (.usage) for a plan that is not valid.
  public init(_ plan: TrainingPlan, data: DataDigest?) throws {
    let plan = try plan.resolved
    // Where the images lie does not matter.
    let fields = PlanField.all.filter { $0.decidesBits && !$0.isLocal }
      .map { "\($0.flag) \($0.get(plan) ?? "")" }
    let facts = ["\(numericsVersion)", data?.train ?? "", data?.test ?? ""]
    var text = (facts + fields).joined(separator: "\n")
    value = text.withUTF8 { XXH64.hash(UnsafeRawBufferPointer($0)) }
  }

  /// Adds a digest of the state after `step` steps, the last of which took images in an order of
  /// that hash.
  public mutating func append(_ digest: UInt64, step: Int, order: UInt64) {
    self.step = step
    value = XXH64.hash(of: SIMD4(value, digest, UInt64(step), order))
  }

  private enum CodingKeys: String, CodingKey { case step, value }

  /// Reads what `encode` wrote; throws `DecodingError` for anything else.
  public init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: CodingKeys.self)
    step = try object.decode(Int.self, forKey: .step)
    let digits = try object.decode(String.self, forKey: .value)
    guard let value = UInt64(digits, radix: 16) else {
      throw DecodingError.dataCorruptedError(
        forKey: .value,
        in: object,
        debugDescription: "\(digits) is no hash"
      )
    }
    self.value = value
  }

  /// Writes the hash as digits: many readers of JSON round a number of 64 bits.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(step, forKey: .step)
    try object.encode(value.hexadecimal, forKey: .value)
  }
}
