import Collectives
import Networks
import Tensors

/// Where values were first not finite, over all ranks: a parameter, else a layer of forward, else a
/// gradient.
///
/// Of parameters the first in the order of forward counts, of gradients in that of backward; of
/// equals that of the lowest rank.
struct NonFiniteOrigin {
  /// A kind of values, in the order in which they come about.
  private enum Kind: Int {
    case parameter
    case value
    case gradient
    case nothing
  }

  private let kind: Kind
  /// The number of the tensor in the layout, or of the node.
  private let number: Int
  /// The image, or the sample in the batch; of no meaning for tensors.
  private let sample: Int
  private let isNaN: Bool

  private init(_ kind: Kind, _ number: Int, isNaN: Bool, sample: Int = 0) {
    (self.kind, self.number, self.isNaN, self.sample) = (kind, number, isNaN, sample)
  }

  /// All is finite.
  static let nothing = NonFiniteOrigin(.nothing, 0, isNaN: false)

  /// A value of forward.
  static func value(_ value: Network.NonFiniteValue, sample: Int) -> NonFiniteOrigin {
    NonFiniteOrigin(.value, value.node, isNaN: value.isNaN, sample: sample)
  }

  /// The gradient of an element of the layout.
  static func gradient(_ element: Int, isNaN: Bool, _ layout: ParameterLayout) -> NonFiniteOrigin {
    let number = layout.entries.firstIndex { $0.range.contains(element) }
    return NonFiniteOrigin(.gradient, number ?? 0, isNaN: isNaN)
  }

  /// A parameter that is not finite, the first in the order of forward; nil where all are finite.
  static func parameter(
    _ parameters: FloatBuffer,
    _ layout: ParameterLayout,
    statistics: Bool
  ) -> NonFiniteOrigin? {
    for (number, entry) in layout.entries.enumerated().reversed()
    where statistics || entry.role != .statistic {
      let values = parameters.elements[entry.range]
      guard let value = values.first(where: { !$0.isFinite }) else { continue }
      return NonFiniteOrigin(.parameter, number, isNaN: value.isNaN)
    }
    return nil
  }

  /// The first of all ranks, in words: "the output of conv2 is the first value that is not finite
  /// (NaN, in sample 7 of the batch)"; nil where all is finite everywhere.
  ///
  /// Every rank calls it with its own; throws `Failure` (.launch) when one is lost.
  func description(_ network: Network, _ communicator: any Communicator, of samples: String) throws
    -> String?
  {
    let all = try communicator.allGather([kind.rawValue, order, number, sample, isNaN ? 1 : 0])
    func precedes(_ a: Int, _ b: Int) -> Bool {
      (all[a][0], all[a][1], a) < (all[b][0], all[b][1], b)
    }
    guard let rank = all.indices.min(by: precedes),
      let kind = Kind(rawValue: all[rank][0]), kind != .nothing
    else { return nil }
    let entries = network.layout.entries
    let number = all[rank][2]
    var place = all[rank][4] == 1 ? "NaN" : "infinite"
    if kind == .value { place += ", in \(samples.replacing("N", with: "\(all[rank][3])"))" }
    if communicator.size > 1, kind != .gradient {
      place += ", on rank \(rank) on \(communicator.hosts[rank])"
    }
    switch kind {
    case .parameter: return "\(entries[number].name) is not finite before it (\(place))"
    case .gradient:
      return "the gradient of \(entries[number].name) is the first that is not finite (\(place))"
    default:
      let what = network.layer(number).map { "the output of \($0)" } ?? "an image"
      return "\(what) is the first value that is not finite (\(place))"
    }
  }

  /// The place among those of its kind.
  private var order: Int { kind == .parameter ? -number : number }
}
