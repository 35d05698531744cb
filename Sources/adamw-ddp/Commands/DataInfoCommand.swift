import ArgumentParser
import Datasets
import Foundation
import Logging
import Plans
import Tensors

/// `adamw-ddp data info`.
struct DataInfoCommand: ParsableCommand, FieldTaker {
  static let command = PlanField.Commands.data
  static let showsAll = true

  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Say what images there are, and check them.",
    discussion: """
      Reads every image: how many there are of each class, their mean and standard
      deviation, whether training images stand among the others too, and whether
      files are those that were published.
      """
  )

  @OptionGroup var data: DataOptions<DataInfoCommand>
  @Flag(name: .customLong("json"), help: "print one JSON object on stdout")
  var json = false

  func run() throws {
    let opened = try data.open()
    let report = try DataReport(data.path, opened.source, opened.team)
    for warning in report.warnings { Console.logger(.warning).warning("\(warning)") }
    if json {
      try Results.line(try JSONText.line(report))
    } else {
      for line in report.lines { try Results.line(line) }
    }
  }
}
