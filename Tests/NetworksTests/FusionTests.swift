import Networks
import Tensors
import TestSupport
import Testing

/// What the planner puts together changes memory and time, never a bit.
struct FusionTests {
  /// Each left out, all left out, and each by itself.
  static let choices: [Set<Fusion>] = {
    let all = Set(Fusion.allCases)
    return Fusion.allCases.map { all.subtracting([$0]) } + [[]] + Fusion.allCases.map { [$0] }
  }()

  private func rig(
    _ model: Model,
    _ fusions: Set<Fusion> = Set(Fusion.allCases),
    lanes: Int,
    _ mode: NetworkMode,
    threads: Int = 1,
    _ convolutions: ConvolutionChoice = .auto
  ) -> NetworkRig {
    NetworkRig(
      model,
      randomParameters(model, seed: 3),
      lanes: lanes,
      fullBatch: 19,
      mode: mode,
      smoothing: 0.1,
      threads: threads,
      options: NetworkOptions(convolutions: convolutions, fusions: fusions)
    )
  }

  /// A full batch and two short ones, the last shorter than three lanes; then running statistics.
  private func bits(_ rig: NetworkRig) throws -> (steps: [StepBits], statistics: [UInt32]) {
    let model = rig.network.model
    let steps = try [19, 4, 2].map { samples in
      let (images, labels) = randomBatch(model, samples: samples, seed: UInt64(samples))
      try rig.run(images: images, labels: labels, backward: !rig.gradients.isEmpty)
      if !rig.gradients.isEmpty { rig.updateStatistics(samples: samples) }
      return StepBits(rig)
    }
    return (steps, rig.parameters.elements.map(\.bitPattern))
  }

  private func expectSame(_ rigs: [NetworkRig], _ names: [String]) throws {
    let expected = try bits(rigs[0])
    for (rig, name) in zip(rigs, names).dropFirst() {
      let found = try bits(rig)
      for (step, (a, b)) in zip(found.steps, expected.steps).enumerated() {
        #expect(a.difference(from: b) == nil, "batch \(step + 1) with \(name)")
      }
      let areSame = found.statistics == expected.statistics
      #expect(areSame, "running statistics with \(name)")
    }
  }

  @Test(arguments: FusionModels.all.map(\.name), [1, 2, 3])
  func noneChangesABit(name: String, lanes: Int) throws {
    let model = try #require(FusionModels.all.first { $0.name == name }).model
    for grouping in [BatchNormGrouping.lanes(lanes), .lanes(1), .parts(2)] {
      let plain = rig(model, lanes: lanes, .training(grouping))
      let rigs = Self.choices.enumerated().map { number, fusions in
        rig(model, fusions, lanes: lanes, .training(grouping), threads: 1 + number % 3)
      }
      let names = Self.choices.map { "\(grouping), \($0.map(\.rawValue).sorted())" }
      try expectSame([plain] + rigs, [""] + names)
    }
  }

  @Test(arguments: FusionModels.all.map(\.name), ConvolutionChoice.allCases)
  func noneChangesABitOfAnyConvolution(name: String, convolutions: ConvolutionChoice) throws {
    let model = try #require(FusionModels.all.first { $0.name == name }).model
    for mode in [NetworkMode.training(.lanes(2)), .inference] {
      let plain = rig(model, lanes: 2, mode, convolutions)
      let rigs = Self.choices.map { rig(model, $0, lanes: 2, mode, threads: 2, convolutions) }
      let names = Self.choices.map { "\(mode), \($0.map(\.rawValue).sorted())" }
      try expectSame([plain] + rigs, [""] + names)
    }
  }

  /// Each is there: leaving it out costs what it saves.
  @Test(arguments: Fusion.allCases)
  func eachDoesSomething(fusion: Fusion) {
    let model = fusion == .residual ? FusionModels.residual() : FusionModels.keras()
    let mode = NetworkMode.training(.lanes(2))
    let all = rig(model, lanes: 2, mode).network
    let less = rig(model, Set(Fusion.allCases).subtracting([fusion]), lanes: 2, mode).network
    switch fusion {
    case .activation, .residual: #expect(less.nodesRun > all.nodesRun)
    case .normalize: #expect(less.arenaFloats > all.arenaFloats)
    case .statistics, .gradientSums, .chain: #expect(less.loops > all.loops)
    }
  }

  /// Three chunks: one thread or three are equally busy with whole chunks, two would not be.
  @Test func passesShareChunksWhereThreadsStayBusy() throws {
    let model = FusionModels.keras()
    let rigs = [1, 3, 2].map { threads in
      rig(model, lanes: 1, .training(.lanes(1)), threads: threads, .winograd)
    }
    let loops = rigs.map(\.network.loops)
    #expect(loops[0] == loops[1] && loops[0] < loops[2])
    try expectSame(rigs, ["1 thread", "3 threads", "2 threads"])
  }

  @Test func theChoiceIsByLayer() {
    let model = FusionModels.residual()
    let ways = ConvolutionChoice.winograd.algorithms(of: model)
    #expect(ways.map(\.name).prefix(3) == ["conv", "0.conv1", "0.conv2"])
    // Strides 1 and 2 have both ways.
    #expect(ways.allSatisfy { $0.algorithm == .winograd })
    #expect(ConvolutionChoice.direct.algorithms(of: model).allSatisfy { $0.algorithm == .direct })
  }

  /// Small images and few channels are direct, whatever is larger is for Winograd.
  @Test(arguments: [(2, 32, 32, false), (2, 64, 64, true), (4, 16, 16, true), (32, 15, 64, false)])
  func autoFollowsItsTable(size: Int, channels: Int, outputs: Int, isWinograd: Bool) {
    for (input, output) in [(channels, outputs), (outputs, channels)] {
      let shape = ImageShape(height: size, width: size - 1, channels: input)
      let way = ConvolutionChoice.auto.algorithm(
        Convolution(outputs: output, kernel: 3, padding: 1).geometry(shape)
      )
      #expect((way == .winograd) == isWinograd)
    }
  }
}
