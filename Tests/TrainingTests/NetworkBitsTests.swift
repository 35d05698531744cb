import Datasets
import Kernels
import Networks
import Plans
import Tensors
import Testing
import TestSupport

/// The bits of networks with the structure of the catalog's, whose convolutions are chosen layer by
/// layer.
struct NetworkBitsTests {
  /// A rectified sum over a Winograd branch, a convolution of stride 2 and an option A shortcut.
  private static func residual(_ net: inout ModelBuilder, _ x: Int) -> Int {
    var y = net.add("conv1", Convolution(outputs: 16, kernel: 3, padding: 1), x)
    y = net.add("relu1", Rectifier(), net.add("bn1", BatchNorm(), y))
    y = net.add("conv2", Convolution(outputs: 16, kernel: 3, padding: 1), y)
    y = net.add(
      "relu2",
      Rectifier(),
      net.add("add2", Addition(), net.add("bn2", BatchNorm(), y), x)
    )
    let short = net.add("shortcut", Shortcut(stride: 2, outputs: 20), y)
    y = net.add("conv3", Convolution(outputs: 20, kernel: 3, stride: 2, padding: 1), y)
    return net.add("add3", Addition(), net.add("bn3", BatchNorm(), y), short)
  }

  /// Two branches and a projection behind one rectifier.
  private static func shake(_ net: inout ModelBuilder, _ x: Int, _ mode: ShakeMode) -> Int {
    let seen = net.add("relu1", Rectifier(), x)
    let parts = (1...2).map { number in
      let y = net.add("b\(number).conv", Convolution(outputs: 20, kernel: 3, padding: 1), seen)
      return net.add("b\(number).bn", BatchNorm(), y)
    }
    let halves = (0..<2).map { shift in
      let y = net.add("pick\(shift)", Subsample(stride: 1, shift: shift), seen)
      return net.add("half\(shift)", Convolution(outputs: 10, kernel: 1), y)
    }
    let short = net.add("both", Concatenation(), halves[0], halves[1])
    return net.add("shake", ShakeShake(mode), short, parts[0], parts[1])
  }

  static func model(_ name: String) throws -> Model {
    let source = smallSource()
    if name == "flowers-cnn" {
      return try ModelCatalog.model(
        name,
        input: source.train.shape,
        classes: source.train.classes.count
      )
    }
    var net = ModelBuilder(input: source.train.shape)
    var x = net.add("conv", Convolution(outputs: 16, kernel: 3, padding: 1), net.input)
    x = net.add("bn", BatchNorm(), x)
    if name == "residual" { x = net.add("relu", Rectifier(), x) }
    if let mode = ShakeMode(name) { x = shake(&net, x, mode) } else { x = residual(&net, x) }
    x = net.add("pool", GlobalAveragePool(), net.add("last", Rectifier(), x))
    _ = net.add("fc", Dense(outputs: source.train.classes.count), x)
    return net.model(name)
  }

  @Test(
    arguments: ["residual", "shake-shake-image", "shake-shake-batch", "flowers-cnn"],
    KernelLevel.allCases.filter { $0 <= .best }
  )
  func ranksAndThreadsDoNotChangeTheBits(name: String, level: KernelLevel) throws {
    let (source, model) = (smallSource(), try Self.model(name))
    let ways = ConvolutionChoice.auto.algorithms(of: model).map(\.algorithm)
    #expect(ways.contains(.winograd) && ways.contains(.direct))
    var plan = smallPlan(batch: 21, steps: 3)
    plan.lanes = 1
    #expect(throws: Failure.self) { try plan.validate(ranks: 3) }
    let single = try train(plan, model, source, Placing(kernels: level))
    for threads in [2, 4] {
      let placing = Placing(threads: threads, kernels: level)
      let difference = try train(plan, model, source, placing).difference(from: single)
      #expect(difference == nil, "\(placing)")
    }
    plan.lanes = 8
    let alone = try train(plan, model, source, Placing(kernels: level))
    for (ranks, threads) in [(1, 16), (2, 1), (3, 2), (8, 1)] {
      let placing = Placing(ranks: ranks, threads: threads, kernels: level)
      let difference = try train(plan, model, source, placing).difference(from: alone)
      #expect(difference == nil, "\(placing)")
    }
  }

  /// What the comparison above rests on: modes, steps and seeds draw otherwise.
  @Test func theMixtureDoesChangeTheBits() throws {
    let source = smallSource()
    let all = try ["even-even-image", "shake-shake-image", "shake-shake-batch", "shake-keep-image"]
      .map { try train(smallPlan(), try Self.model($0), source).parameters }
    #expect(Set(all).count == all.count)
    let one = try train(smallPlan(), try Self.model("even-even-image"), source).parameters
    #expect(try train(smallPlan(), try Self.model("even-even-batch"), source).parameters == one)
  }

  /// What the comparison above rests on: the way is part of the bits.
  @Test func theWayDoesChangeTheBits() throws {
    let (source, model) = (smallSource(), try Self.model("residual"))
    var plan = smallPlan(steps: 2)
    let auto = try train(plan, model, source).difference
    plan.convolutions = .direct
    #expect(auto(try train(plan, model, source)) != nil)
    plan.convolutions = .auto
    plan.fusionsOff = Set(Fusion.allCases)
    #expect(auto(try train(plan, model, source)) == nil)
  }
}
