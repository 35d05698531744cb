import Tensors

/// Digests of what each lane of a rank comes to before lanes are added up, place by place in the
/// order in which it comes about: the moments of every BatchNorm, the lane's record, the gradient of
/// every tensor.
///
/// So two computations of a lane can be compared wherever they took place, and the first place that
/// differs is where they parted. Nothing is taken unless `isOn`. Values that are no number count as
/// equal.
public final class LaneDigests {
  /// Elements of a tensor that are taken at a time.
  static let block = 1024

  /// Whether forward and backward take digests.
  public var isOn = false
  /// May change a lane's gradient before it is taken, given the lane and the element of the layout
  /// that the values begin with; for tests, on any thread.
  package var disturb: ((_ lane: Int, _ element: Int, _ values: Floats) -> Void)?
  /// What a place is called.
  public let places: [String]

  /// The lanes of this rank.
  private let held: Range<Int>
  private let norms: Int
  private let tensors: [ParameterEntry]
  /// The first block of each tensor, and the end of the last.
  private let starts: [Int]
  /// By BatchNorm and lane, then by block and lane.
  private let digests: UnsafeMutablePointer<UInt64>

  /// Digests of the lanes of `batch`.
  public init(_ model: Model, _ batch: BatchLayout) {
    held = batch.held
    let norms = model.nodes.filter { $0.operation is BatchNorm }
    self.norms = norms.count
    tensors = model.layout.entries.filter { $0.role != .statistic }
    starts = tensors.reduce(into: [0]) {
      $0.append($0[$0.count - 1] + ($1.range.count + Self.block - 1) / Self.block)
    }
    places =
      norms.map { "the values that \($0.name) normalises" } + ["loss or statistics"]
      + tensors.map { "the gradient of \($0.name)" }
    let count = max(1, (norms.count + starts[tensors.count]) * held.count)
    digests = .allocate(capacity: count)
    digests.initialize(repeating: 0, count: count)
  }

  deinit { digests.deallocate() }

  /// The first block of a tensor.
  func firstBlock(_ range: Range<Int>) -> Int {
    guard let tensor = tensors.firstIndex(where: { $0.range == range }) else {
      preconditionFailure("no tensor lies at \(range)")
    }
    return starts[tensor]
  }

  /// Takes a block of the gradient of one of this rank's lanes, on any thread.
  func take(block: Int, lane: Int, element: Int, _ values: Floats, count: Int) {
    disturb?(held.lowerBound + lane, element, values)
    digests[(norms + block) * held.count + lane] = Self.digest(values, count)
  }

  /// Takes the moments of one of this rank's lanes in a BatchNorm.
  func take(norm: Int, lane: Int, _ moments: UnsafePointer<Double>, count: Int) {
    digests[norm * held.count + lane] = Self.digest(moments, count)
  }

  /// The digests of all places, lane by lane of this rank, after backward of the last round;
  /// `network` is the one that has taken them.
  public func table(_ network: Network) -> [UInt64] {
    (0..<held.count).flatMap { lane -> [UInt64] in
      let record = network.records + lane * network.recordWidth
      let values = (0..<norms).map { digests[$0 * held.count + lane] }
      let gradients = tensors.indices.map { tensor in
        (starts[tensor]..<starts[tensor + 1]).reduce(Self.basis) {
          Self.next($0, digests[(norms + $1) * held.count + lane])
        }
      }
      return values + [Self.digest(record, network.recordWidth)] + gradients
    }
  }

  /// FNV-1a over 64-bit words.
  private static let basis: UInt64 = 0xcbf2_9ce4_8422_2325
  @inline(__always) private static func next(_ digest: UInt64, _ word: UInt64) -> UInt64 {
    (digest ^ word) &* 0x100_0000_01b3
  }

  /// Four digests that take turns, since a product waits for the one before it.
  private static func digest(_ values: UnsafePointer<Float>, _ count: Int) -> UInt64 {
    var lanes = (basis, basis, basis, basis)
    func word(_ i: Int) -> UInt64 {
      values[i] == values[i] ? UInt64(values[i].bitPattern) : UInt64(Float.nan.bitPattern)
    }
    var i = 0
    while i + 4 <= count {
      lanes.0 = next(lanes.0, word(i))
      lanes.1 = next(lanes.1, word(i + 1))
      lanes.2 = next(lanes.2, word(i + 2))
      lanes.3 = next(lanes.3, word(i + 3))
      i += 4
    }
    while i < count {
      lanes.0 = next(lanes.0, word(i))
      i += 1
    }
    return next(next(next(lanes.0, lanes.1), lanes.2), lanes.3)
  }

  private static func digest(_ values: UnsafePointer<Double>, _ count: Int) -> UInt64 {
    (0..<count).reduce(basis) {
      let value = values[$1]
      return next($0, value == value ? value.bitPattern : Double.nan.bitPattern)
    }
  }
}
