import Datasets
import Foundation
import Tensors

/// What `adamw-ddp data info` found out: its lines for people, and its JSON.
struct DataReport: Encodable {
  /// Some of the images.
  struct Part: Encodable {
    let name: String
    let images: Int
    /// In the order of `classes`.
    let perClass: [Int]
    /// On the 0…255 scale.
    let mean: [Float]
    let deviation: [Float]
    let sha256: String
    /// Images that stand in this part more than once, and among the training images too.
    let repeated: Int
    let alsoTraining: Int
  }

  let path: String
  let format: String
  let form: String?
  let decoder: String?
  let height: Int
  let width: Int
  let channels: Int
  let classes: [String]
  let parts: [Part]
  let files: [KnownFiles.Finding]
  let warnings: [String]

  /// Reads all images of `source`, which were opened from `path`; throws the `.data` failure of the
  /// first that cannot be read.
  init(_ path: String, _ source: DataSource, _ team: ThreadTeam) throws {
    let shape = source.train.shape
    (self.path, format, form, decoder) = (path, source.name, source.form, source.decoder)
    (height, width, channels) = (shape.height, shape.width, shape.channels)
    classes = source.train.classes
    let summaries = try source.parts.map { ($0.name, try ImagesSummary($0.images, team)) }
    parts = summaries.enumerated().map { place, part in
      let (name, summary) = part
      return Part(
        name: name,
        images: summary.count,
        perClass: summary.perClass,
        mean: summary.colours.mean,
        deviation: summary.colours.deviation,
        sha256: summary.digest,
        repeated: summary.repeated,
        alsoTraining: place == 0 ? 0 : summary.shared(with: summaries[0].1)
      )
    }
    files = format == "synthetic" ? [] : try KnownFiles.findings(path)
    let missing = zip(classes, parts[0].perClass).filter { $0.1 == 0 }.map(\.0)
    warnings =
      files.compactMap(\.warning)
      + parts.filter { $0.alsoTraining > 0 }.map {
        "\(grouped($0.alsoTraining)) of \(grouped($0.images)) \($0.name) images are training images, too"
      }
      + (missing.isEmpty
        ? [] : ["no training images of \(missing.joined(separator: ", "))"])
  }

  /// What people read.
  var lines: [String] {
    let rows =
      [
        ["path", path], ["format", format + (form.map { " (\($0))" } ?? "")],
        ["images", "\(height)×\(width)×\(channels) in \(grouped(classes.count)) classes"],
      ]
      + (decoder.map { [["decoder", $0]] } ?? [])
    return TextTable.lines(rows) + [""] + partLines + [""] + classLines
      + (files.isEmpty ? [] : [""] + fileLines)
  }

  private var partLines: [String] {
    func numbers(_ values: [Float]) -> String {
      values.map { String(format: "%.2f", Double($0)) }.joined(separator: " ")
    }
    let titles = ["images", "number", "mean (0…255)", "deviation", "repeated", "SHA-256"]
    let rows = parts.map {
      [
        $0.name, grouped($0.images), numbers($0.mean), numbers($0.deviation), grouped($0.repeated),
        "\($0.sha256.prefix(16))…",
      ]
    }
    return TextTable.lines([titles] + rows, numbers: [1, 4])
  }

  private var classLines: [String] {
    let rows = classes.indices.map { label in
      ["\(label)", classes[label]] + parts.map { grouped($0.perClass[label]) }
    }
    return TextTable.lines(
      [["", "class"] + parts.map(\.name)] + rows,
      numbers: Set([0] + (2..<2 + parts.count))
    )
  }

  private var fileLines: [String] {
    let rows = files.map { finding in
      [
        String(finding.file.split(separator: "/").last ?? ""), finding.md5,
        finding.publishedIn.map { "as published (\($0))" } ?? "not known",
      ]
    }
    return TextTable.lines([["file", "MD5", ""]] + rows)
  }
}
