import ArgumentParser
import Checkpoints
import Datasets
import Foundation
import Pictures
import Plans
import Tensors

/// `adamw-ddp data preview`.
struct DataPreviewCommand: ParsableCommand, FieldTaker {
  static let command = PlanField.Commands.preview
  static let showsAll = true

  static let configuration = CommandConfiguration(
    commandName: "preview",
    abstract: "Write a PNG sheet of training images, before and after augmentation.",
    discussion: """
      Images at even distances, each above what training shows of it in its first
      epoch with this seed, and below both the name of its class.
      """
  )

  @OptionGroup var data: DataOptions<DataPreviewCommand>
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("the PNG file to write; one that is there is replaced", valueName: "FILE")
  )
  var output: String
  @Option(
    name: .customLong("count"),
    parsing: .unconditional,
    help: ArgumentHelp("how many images", valueName: "N")
  )
  var count = 32

  func validate() throws {
    guard (1...1024).contains(count) else {
      throw ValidationError("--count \(count): expected an integer from 1 to 1024.")
    }
  }

  func run() throws {
    let opened = try data.open()
    let (train, shape) = (opened.source.train, opened.source.train.shape)
    guard shape.channels == 1 || shape.channels == 3 else {
      throw Failure(.data, "\(data.path) has images of \(shape.channels) channels: no picture.")
    }
    let reader = SampleReader(
      train,
      normalization: opened.source.normalization,
      augmentations: opened.plan.augmentations,
      seed: opened.plan.seed
    )
    let shown = min(count, train.count)
    let entries = try (0..<shown).map { place in
      let index = place * train.count / shown
      return ContactSheet.Entry(
        above: try picture(reader, index, epoch: nil, opened.source),
        below: try picture(reader, index, epoch: 0, opened.source),
        label: train.classes[train.label(index)]
      )
    }
    let sheet = ContactSheet.picture(entries)
    try AtomicFile.write(Data(try PNGWriter.encoded(sheet)), to: output)
    try Results.line("\(output): \(shown) of \(grouped(train.count)) training images")
  }

  /// A sample as a picture: its values as bytes again.
  private func picture(
    _ reader: SampleReader,
    _ index: Int,
    epoch: Int?,
    _ source: DataSource
  ) throws -> Picture {
    let (shape, constants) = (reader.shape, source.normalization)
    let sample = UnsafeMutablePointer<Float>.allocate(capacity: shape.count)
    defer { sample.deallocate() }
    _ = try reader.read(index, epoch: epoch, into: sample)
    let bytes = (0..<shape.count).map { place in
      let channel = place % shape.channels
      let value = sample[place] * constants.deviation[channel] + constants.mean[channel]
      return UInt8(max(0, min(255, value.rounded())))
    }
    return Picture(
      width: shape.width,
      height: shape.height,
      channels: shape.channels,
      bytes: bytes
    )
  }
}
