import ArgumentParser
import Plans

/// `adamw-ddp presets`.
struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets",
    abstract: "List the recipes that --preset starts from, a line each.",
    discussion: """
      adamw-ddp train --preset NAME --print-plan shows all that one sets.
      """
  )

  @Flag(name: .customLong("json"), help: "print one JSON object on stdout, summaries by name")
  var json = false

  func run() throws {
    if json {
      let pairs = Preset.all.map { ($0.name, $0.summary) }
      try Results.line(try JSONText.line(Dictionary(uniqueKeysWithValues: pairs)))
      return
    }
    let presets = Preset.all
    let lines = TextTable.lines(presets.map { [$0.name, $0.summary] })
    for (index, line) in lines.enumerated() {
      let isNew = index > 0 && presets[index].family != presets[index - 1].family
      try Results.line((isNew ? "\n" : "") + line)
    }
  }
}
