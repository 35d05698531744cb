import Datasets
import Foundation
import Plans
import Runs
import Testing

/// A chain holds all that a state comes from, and survives a checkpoint.
struct DigestChainTests {
  private let data = DataDigest(train: "a", test: nil)

  @Test func whatDecidesBitsIsItsBeginning() throws {
    let usual = try DigestChain(TrainingPlan(), data: data)
    #expect(try usual == DigestChain(TrainingPlan(), data: data))
    #expect(try usual == DigestChain(TrainingPlan().resolved, data: data))
    for other in [DataDigest(train: "b", test: nil), DataDigest(train: "a", test: "c"), nil] {
      #expect(try DigestChain(TrainingPlan(), data: other) != usual)
    }
    for (flag, text) in [
      ("seed", "2"), ("lanes", "4"), ("epochs", "11"), ("model", "resnet32"), ("opt", "adam"),
      ("lr", "0.1"), ("bn", "lane"), ("val-fraction", "0.1"), ("conv", "direct"),
    ] {
      var plan = TrainingPlan()
      try PlanField.named(flag)?.assign(text, to: &plan)
      #expect(try DigestChain(plan, data: data) != usual, "\(flag)")
    }
    for (flag, text) in [
      ("threads", "2"), ("zero", "0"), ("steps", "7"), ("output", "x"), ("data", "/elsewhere"),
      ("digest-every", "3"), ("eval-every", "0"), ("kernels", "baseline"),
    ] {
      var plan = TrainingPlan()
      try PlanField.named(flag)?.assign(text, to: &plan)
      #expect(try DigestChain(plan, data: data) == usual, "\(flag)")
    }
  }

  @Test func everyPartOfALinkAndTheirOrderCount() throws {
    let usual = try DigestChain(TrainingPlan(), data: data)
    func chain(_ links: (UInt64, Int, UInt64)...) -> DigestChain {
      links.reduce(into: usual) { $0.append($1.0, step: $1.1, order: $1.2) }
    }
    let some = [
      usual, chain((1, 2, 3)), chain((2, 2, 3)), chain((1, 3, 3)), chain((1, 2, 4)),
      chain((1, 2, 3), (1, 2, 3)), chain((1, 2, 3), (4, 5, 6)), chain((4, 5, 6), (1, 2, 3)),
    ]
    #expect(Set(some.map(\.value)).count == some.count)
    #expect(usual.step == -1 && chain((1, 2, 3), (4, 5, 6)).step == 5)
  }

  @Test func itComesBackFromJSON() throws {
    var chain = try DigestChain(TrainingPlan(), data: data)
    for step in 0..<100 {
      chain.append(UInt64(step), step: step, order: 0)
      let json = try JSONEncoder().encode(chain)
      #expect(try JSONDecoder().decode(DigestChain.self, from: json) == chain)
    }
    let bad = Data(#"{"step": 1, "value": "xyz"}"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(DigestChain.self, from: bad) }
  }
}
