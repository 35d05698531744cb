import Tensors
import Testing

/// What somebody may have meant.
struct NearestWordTests {
  private static let flags = [
    "lr", "lr-scale", "bn", "data", "epochs", "eval-every", "weight-decay", "weight-decay-norm",
    "log-every",
  ]

  @Test(
    arguments: [
      ("epoch", "epochs"), ("epohcs", "epochs"), ("weight_decay", "weight-decay"),
      ("Weight-Decay", "weight-decay"), ("wieght-deacy", "weight-decay"), ("lr_scale", "lr-scale"),
      ("eval-evry", "eval-every"), ("date", "data"), ("log", "log-every"), ("logging", nil),
      // Short words are near to any other.
      ("wd", nil), ("foo", nil), ("batch", nil), ("", nil), ("l", "lr"),
      // Two begin so, and none is near.
      ("weight", nil),
    ] as [(String, String?)]
  )
  func isTheOneOfFewestStrokes(text: String, word: String?) {
    #expect(Self.flags.nearest(to: text) == word)
  }

  @Test func isSuggestedWhereThereIsOne() {
    #expect(Self.flags.suggestion(for: "epoch") == " (did you mean epochs?)")
    #expect(Self.flags.suggestion(for: "wd") == "")
  }

  @Test func theFailureNamesItAndAll() {
    let failure = Failure.unknown("--opt adamx", "rule", "adamx", among: ["adamw", "sgd"])
    #expect(failure.kind == .usage)
    #expect(
      failure.message
        == "--opt adamx: there is no such rule (did you mean adamw?); there are adamw, sgd."
    )
    let other = Failure.unknown("--opt lamb", "rule", "lamb", among: ["adamw", "sgd"])
    #expect(other.message == "--opt lamb: there is no such rule; there are adamw, sgd.")
  }
}
