import Kernels
import Networks
import Tensors

/// What running anything costs before it does something: microseconds of empty loops of a team and
/// of nearly empty stages of a network.
public struct LoopBench: Sendable {
  /// Microseconds of a loop of the team that does nothing.
  public let loop: Double
  /// Microseconds of a stage that runs by itself, on one image of one pixel for each thread.
  public let stage: Double
  /// Microseconds of such a stage in a chain.
  public let chained: Double

  private static let stages = 64

  /// Measures, `repeats` times, of which the medians count; throws what a stage throws, and these
  /// throw nothing.
  public init(_ team: ThreadTeam, repeats: Int) throws {
    func median(_ body: () throws -> Void) rethrows -> Double {
      let times = try (0...repeats).map { _ in
        let begin = LoopRecorder.now
        try body()
        return Double(LoopRecorder.now - begin) / 1e3
      }
      // The first one warms caches.
      return times.dropFirst().sorted()[repeats / 2]
    }
    let (size, rounds) = (team.size, 1000)
    loop =
      median {
        for _ in 0..<rounds { team.run(size) { _, _ in } }
      } / Double(rounds)
    func perStage(_ fusions: Set<Fusion>) throws -> Double {
      let network = Self.network(team, fusions)
      let steps = 20
      return try median { for _ in 0..<steps { try network.forward() } }
        / Double(steps * network.stageNames.count)
    }
    stage = try perStage([])
    chained = try perStage([.chain])
  }

  /// Rectifiers of a single pixel, one behind the other.
  private static func network(_ team: ThreadTeam, _ fusions: Set<Fusion>) -> Network {
    var net = ModelBuilder(input: ImageShape(height: 1, width: 1, channels: 2))
    var x = net.input
    for number in 0..<stages { x = net.add("\(number)", Rectifier(), x) }
    let model = net.model("empty")
    return Network(
      model,
      batch: BatchLayout(lanes: team.size, held: 0..<team.size, fullBatch: team.size),
      mode: .inference,
      parameters: FloatBuffer(count: 1),
      gradients: [],
      smoothing: 0,
      team: team,
      kernels: KernelSet(.best),
      crossLane: nil,
      options: NetworkOptions(fusions: fusions)
    )
  }
}
