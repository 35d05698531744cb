import ArgumentParser
import Datasets
import Foundation
import Pictures
import Plans
import Tensors

/// `adamw-ddp data prepare`.
struct DataPrepareCommand: ParsableCommand, FieldTaker {
  static let command = PlanField.Commands.data
  static let showsAll = true

  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Make one file of any images that can be trained on.",
    discussion: """
      --data FILE then trains on the same images in the same order: pictures are
      decoded and resized, every image has a checksum, and the file is read in
      pieces that all ranks of a host share. Without --val-fraction the file
      keeps what images are held out by, and may be split later.
      """
  )

  @OptionGroup var data: DataOptions<DataPrepareCommand>
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("the file to write; one that is there is replaced", valueName: "FILE")
  )
  var output: String
  @Flag(name: .customLong("json"), help: "print one JSON object on stdout")
  var json = false

  func run() throws {
    let start = ContinuousClock.now
    let opened = try data.open()
    let (source, request) = (opened.source, opened.plan.dataRequest)
    let isFolder = source.decoder != nil && source.name != "prepared"
    let origin =
      [
        "\(source.name) \(request.path)", source.form, isFolder ? request.picture.text : nil,
        request.labels == .coarse ? "coarse labels" : nil,
      ]
      .compactMap { $0 }.joined(separator: ", ")
    let bytes = try PreparedFile.write(source, to: output, origin: origin, team: opened.team)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let shape = source.train.shape
    if json {
      let counts = source.parts.map { ($0.name, $0.images.count) }
      try Results.line(
        try JSONText.object([
          "file": output, "bytes": bytes, "origin": origin, "height": shape.height,
          "width": shape.width, "channels": shape.channels,
          "classes": source.train.classes.count, "seconds": seconds,
          "images": Dictionary(uniqueKeysWithValues: counts),
        ])
      )
      return
    }
    let parts = source.parts.map { "\(grouped($0.images.count)) \($0.name)" }
    try Results.line(
      "\(output): \(parts.joined(separator: ", ")) images of \(shape) in "
        + "\(source.train.classes.count) classes, \(byteText(bytes))  (\(significant(seconds)) s)"
    )
  }
}
