import Collectives
import Kernels
import Tensors
import Testing
import TestSupport
import Training

/// Which kernels the ranks agree on.
struct PlacementTests {
  /// The level that three ranks on such CPUs settle on.
  private func agreed(_ choice: KernelChoice, _ cpus: [KernelLevel]) throws -> [KernelLevel] {
    try ThreadWorld.run(ranks: cpus.count) { try Placement.level(choice, best: cpus[$0.rank], $0) }
  }

  @Test func autoIsTheLowest() throws {
    #expect(try agreed(.auto, [.avx512, .avx2, .avx512]) == [.avx2, .avx2, .avx2])
    #expect(try agreed(.auto, [.avx512, .avx512]) == [.avx512, .avx512])
  }

  @Test func aChoiceHolds() throws {
    #expect(try agreed(.baseline, [.avx512, .avx2]) == [.baseline, .baseline])
    #expect(try agreed(.avx2, [.avx512, .avx2]) == [.avx2, .avx2])
  }

  @Test func aLevelThatSomeRankLacksIsRefusedByAll() throws {
    let refusals = try failures(ranks: 3) {
      let cpus = [KernelLevel.avx512, .avx2, .avx512]
      _ = try Placement.level(.avx512, best: cpus[$0.rank], $0)
    }
    for failure in refusals {
      #expect(failure?.kind == .usage && failure?.isAgreed == true)
      #expect(failure?.message.hasPrefix("--kernels avx512: the CPU of ") == true)
      #expect(failure?.message.hasSuffix(" has avx2 and no more.") == true)
    }
  }
}
